// Prints `<passed> <failed>` for a report of vitest's JSON reporter: `node .ci/count.mjs <report> <exit code>`.
// A file that fails without a failed test (it can't be loaded, its set-up threw) counts as one failure, and so does a run that
// failed with nothing at all to show for it.
import { readFile } from 'node:fs/promises';

const [path = '', exitCode] = process.argv.slice(2);
/** @type {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
const report = await readFile(path, 'utf8').then(JSON.parse, () => ({ numPassedTests: 0, numFailedTests: 0, testResults: [] }));

const failedFiles = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'));
const failed = report.numFailedTests + failedFiles.length;
console.log(`${report.numPassedTests} ${failed === 0 && exitCode !== '0' ? 1 : failed}`);
