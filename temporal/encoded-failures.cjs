const { DefaultFailureConverter } = require('@temporalio/common');

// Puts messages and stacks of failures into payloads, which alone are encrypted. CommonJS, because the SDK loads it by `require`.
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
