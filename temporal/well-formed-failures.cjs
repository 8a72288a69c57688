const { DefaultFailureConverter } = require('@temporalio/common');

/**
 * What failures say is well-formed Unicode: half of a surrogate pair, cut out of some service's answer, can't be encoded, and stops the worker.
 * CommonJS, because the SDK loads converters by `require`.
 */
exports.WellFormedFailures = class extends DefaultFailureConverter {
  /**
   * @override
   * @type {import('@temporalio/common').FailureConverter['errorToFailure']}
   */
  errorToFailure(failure, payloadConverter, context) {
    return wellFormed(super.errorToFailure(failure, payloadConverter, context));
  }
};

/**
 * @param {import('@temporalio/common').ProtoFailure} failure
 * @returns {import('@temporalio/common').ProtoFailure}
 */
function wellFormed({ message, stackTrace, cause, ...rest }) {
  return {
    ...rest,
    ...(message && { message: message.toWellFormed() }),
    ...(stackTrace && { stackTrace: stackTrace.toWellFormed() }),
    ...(cause && { cause: wellFormed(cause) }),
  };
}
