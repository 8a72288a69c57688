const { defaultPayloadConverter } = require('@temporalio/common');

/**
 * What somebody has sent to a workflow (a Signal, an Update, its input) and can't be read must not throw: that would fail the workflow task, for ever, before any handler sees
 * it. It arrives as an object that says why (see domain/text/unreadable.ts). What activities answered does throw: a worker that has the key goes on with it.
 *
 * Texts arrive as well-formed Unicode: half of a surrogate pair in what a workflow then says can't be encoded, and stops the worker. CommonJS, because the SDK loads it by
 * `require`, in the workflow's sandbox too.
 *
 * @type {import('@temporalio/common').PayloadConverter}
 */
exports.payloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload(payload, context, hint) {
    try {
      return wellFormed(defaultPayloadConverter.fromPayload(payload, context, hint));
    } catch (failure) {
      if (context?.type !== 'workflow') throw failure;
      return { 'slipway/unreadable': failure instanceof Error ? failure.message : String(failure) };
    }
  },
};

/**
 * @param {any} value as JSON has it
 * @returns {any}
 */
function wellFormed(value) {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toWellFormed(), wellFormed(one)]));
}
