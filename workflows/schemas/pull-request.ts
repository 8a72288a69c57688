import type { MadeArchive } from '../../activities/schemas/archives.ts';
import type { OpenedDeps, SchemaPullRequest } from '../../activities/schemas/pull-requests.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import type { Undo } from '../release/compensation.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';
import { Stop } from '../release/stop.ts';

/** An answer that has a pull request; anything else ends the release. */
export function depsOpened({ base }: Pick<SchemaPlan, 'base'>, answer: SchemaPullRequest): OpenedDeps {
  const seen = accepted(answer);
  if (seen.kind === 'opened') return seen;
  throw new Stop({ kind: 'schemasRefused', reason: `${base} names this very tarball already: there is nothing to build`, names: [seen.file] });
}

/** Opens the pull request that points builds at the tarball, and registers how it is withdrawn. */
export async function openDeps(release: SchemaRelease, archive: MadeArchive, { register, isUsed }: { register: (undo: Undo) => void; isUsed: () => void }): Promise<OpenedDeps> {
  const { plan, key, status, work, reporter } = release;
  register({
    what: `the pull request on ${plan.head}`,
    act: async () => {
      const withdrawn = await work.withdrawSchemaPullRequest({ plan, key }, 'close the pull request, and remove its branch');
      if (withdrawn.kind === 'withdrawn') return withdrawn.number === undefined ? { nothing: true } : {};
      isUsed();
      return { stays: `#${withdrawn.number} was merged already` };
    },
  });
  status.enter('opening', { next: 'open the pull request' });
  const answer = await work.openSchemaPullRequest({ plan, key, archive }, `open ${plan.title}`);
  if (answer.kind === 'named') isUsed();
  const pull = depsOpened(plan, answer);
  status.change({ pullRequest: { number: pull.number, url: pull.url } });
  if (pull.closedBy) throw new Stop({ kind: 'closed', by: pull.closedBy });
  reporter.tell({ name: 'opened', line: `opened ${pull.url}` });
  return pull;
}

/** Merges at exactly the head that was built, unless its base has moved on in the way. */
export async function mergeDeps({ plan, status, work, reporter }: SchemaRelease, { number, head: sha }: OpenedDeps): Promise<'merged' | 'outdated'> {
  const { repository, merge: method } = plan.rules;
  status.enter('merging', { next: `merge #${number}` });
  const result = await work.mergePullRequest({ repository, number, sha, head: plan.head, method }, `merge #${number}`);
  switch (result.kind) {
    case 'merged':
      status.stays(`#${number} is merged`);
      reporter.tell({ name: 'merged', line: `merged #${number} into ${plan.base}` });
      return 'merged';
    case 'behind':
    case 'conflicts':
      return 'outdated';
    case 'closed':
      throw new Stop({ kind: 'closed', by: result.by });
    case 'moved':
      throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request after its build was green' });
    default:
      throw new Stop({ kind: 'mergeRefused', reason: result.reason });
  }
}

/** Waits until somebody else has merged it. */
export async function awaitMergeByHand({ plan, work, wakes, status }: SchemaRelease, { number }: OpenedDeps): Promise<void> {
  await wakes.wakeable(() => work.mergedBySomebody({ repository: plan.rules.repository, number }, `look whether #${number} is merged`));
  status.stays(`#${number} is merged, by hand`);
}
