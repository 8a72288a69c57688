import type { Outcome } from '../../domain/outcome.ts';
import { shortSum } from '../../domain/schemas/deps.ts';
import type { Stock } from '../../activities/schemas/stock.ts';
import type { openArchive } from './archive.ts';
import type { SchemaRelease } from './session.ts';

/**
 * Puts a published version's tarball back in its place where builds of the base expect exactly this one: nothing is to be changed in the repository,
 * and nothing is ever taken back. Undefined where they expect another one.
 */
export async function repair({ plan, reporter }: SchemaRelease, archives: ReturnType<typeof openArchive>, stock: Stock): Promise<Extract<Outcome, { kind: 'schemasRepaired' }> | undefined> {
  const { action, named, url, version, into: base } = plan;
  if (action !== 'fetch-current-schemas' || named?.kind !== 'named' || named.archive.url !== url) return undefined;
  const expected = named.archive.sha256;
  const answer = await archives.repair(stock, expected);
  if (answer.kind === 'made') return { kind: 'schemasRepaired', version, archive: { url, sha256: answer.sha256 }, ...(answer.stock.ignored && { ignored: answer.stock.ignored }) };
  const line = `builds of ${base} expect a tarball with the sha256 ${shortSum(expected)}, and this one has ${shortSum(answer.sha256)}: it takes a pull request`;
  reporter.tell({ name: 'different', line });
  return undefined;
}
