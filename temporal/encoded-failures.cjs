const { WellFormedFailures } = require('./well-formed-failures.cjs');

// Puts messages and stacks of failures into payloads, which alone are encrypted.
exports.failureConverter = new WellFormedFailures({ encodeCommonAttributes: true });
