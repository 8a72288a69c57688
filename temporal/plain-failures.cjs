const { WellFormedFailures } = require('./well-formed-failures.cjs');

exports.failureConverter = new WellFormedFailures();
