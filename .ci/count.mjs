// Prints `<passed> <failed>` for a report of vitest's JSON reporter: `node .ci/count.mjs <report> <exit code>`.
// A run that failed with no failed test to show for it (a file that can't be loaded, an unhandled error) counts as one failure.
import { readFile } from 'node:fs/promises';

const [report = '', exitCode] = process.argv.slice(2);
const { numPassedTests, numFailedTests } = await readFile(report, 'utf8').then(JSON.parse, () => ({ numPassedTests: 0, numFailedTests: 0 }));
const failedUnseen = exitCode !== '0' && numFailedTests === 0;
console.log(`${numPassedTests} ${failedUnseen ? 1 : numFailedTests}`);
