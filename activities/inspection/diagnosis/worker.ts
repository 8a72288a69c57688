import semver from 'semver';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { searchAttributes } from '../../../domain/release/search-attributes.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';

/** The oldest server that Slipway's tests run on. */
const oldestServer = '1.29.0';

/** What all releases need: the server, the tokens, a place for the records. */
export async function diagnoseWorker({ server, forge, records, approvalKeys }: DiagnosisPorts): Promise<readonly Finding[]> {
  const findings = await Promise.all([
    examine('the Temporal server', 'see docs/production.md', async () => {
      const version = await server.version();
      const known = semver.coerce(version);
      return known && semver.lt(known, oldestServer) ? doubtful(`version ${version}`, `Slipway is tried with ${oldestServer} and newer: upgrade it`) : fine(`version ${version}`);
    }),
    examine('search attributes', 'register them: slipway attributes', async () => {
      const there = await server.keywords();
      const lacking = searchAttributes.filter((name) => !there.includes(name));
      return lacking.length > 0 ? missing(`not registered as Keywords: ${lacking.join(', ')}`, 'register them: slipway attributes') : fine('registered');
    }),
    examine("the forge's token", 'see docs/adapters.md for the permissions that it needs', async () => {
      const identity = await forge.access.identity();
      if (!identity) return fine("of an app's installation");
      if (identity.scopes && identity.scopes.length > 0 && !identity.scopes.includes('repo')) {
        return missing(`of ${identity.login}, with the scopes ${identity.scopes.join(', ')}`, 'give it the scope repo');
      }
      return fine(`of ${identity.login}`);
    }),
    examine("the reviewer's token", 'see docs/adapters.md', async () => {
      if (!forge.reviewer) return fine('none: where the branch asks for a review, people approve');
      const [reviewer, identity] = [await forge.reviewer.login(), await forge.access.identity()];
      return reviewer === identity?.login ? missing(`of ${reviewer}, who opens the pull requests`, 'nobody may approve their own: take the token of another account') : fine(`of ${reviewer}`);
    }),
    examine('keys of signed decisions', 'see SLIPWAY_APPROVAL_KEYS in docs/configuration.md', async () => {
      const keys = await approvalKeys();
      return fine(keys.length > 0 ? keys.map(({ kid }) => kid).join(', ') : 'none: where votes are verified, people write them on the pull request');
    }),
    examine('records', 'see SLIPWAY_RECORDS in docs/configuration.md', async () => {
      if (!records) return doubtful('none are kept', 'set SLIPWAY_RECORDS: Temporal forgets a release after its retention');
      const [kept, hindrance] = [await records.names(), await records.hindrance()];
      return hindrance ? doubtful(hindrance, "grant that, unless a condition grants it in the records' folder") : fine(`${kept.length} are kept`);
    }),
  ]);
  return findings.flat();
}
