import { fulfil } from '../../people/obligations.ts';
import { Stop } from '../../release/stop.ts';
import type { ProductionRelease } from './release.ts';

/**
 * What a release of a commit that was not on the branch leaves to be done: each is owed until it is seen to be done, or somebody gives it up.
 *
 * @returns why something is not done any more
 */
export async function oweException(release: ProductionRelease): Promise<readonly string[]> {
  const { plan, request, work, wakes, confirmations } = release;
  const { repository, candidate: sha, name, rules: { branch, stage } } = plan;
  if (request.exception === undefined) return [];
  const byHand = (todo: string) => async (): Promise<void> => {
    throw new Stop({ kind: 'mergeRefused', reason: todo });
  };
  const ends = await Promise.all([
    fulfil<void>(release, {
      what: `${name} on ${branch}`,
      act: byHand(`merge ${sha.slice(0, 7)} back into ${branch}: else the next release takes it back`),
      notice: () => wakes.wakeable(() => work.branchContains({ repository, branch, sha }, `wait until ${branch} has ${name}`)),
    }),
    fulfil<void>(release, {
      what: `the migrations of ${branch} in ${name}`,
      act: byHand(`see that the migrations which are in ${branch} are in ${name}, too, and confirm "migrations"`),
      notice: async () => void (await confirmations.receive({ item: 'migrations' })),
    }),
    fulfil<void>(release, {
      what: `${stage} on ${branch} again`,
      act: byHand(`its tag has put ${sha.slice(0, 7)} on ${stage}: bring ${stage} back to ${branch}`),
      notice: async () => void (await wakes.wakeable(() => work.runsBranch({ environment: stage!, repository, branch }, `wait until ${stage} runs ${branch} again`))),
    }),
  ]);
  return ends.flatMap((end) => (end.kind === 'givenUp' ? [end.reason] : []));
}
