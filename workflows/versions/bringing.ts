import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { BackportPlan, Requested } from '../../domain/versions/backport.ts';
import { fulfil } from '../people/obligations.ts';
import type { Session } from '../release/session.ts';
import { Stop } from '../release/stop.ts';

type FixPlace =
  | { readonly kind: 'there'; readonly as: readonly Sha[] }
  /** Production runs another branch by now. */
  | { readonly kind: 'elsewhere' };

export type Brought = { readonly kind: 'done' | 'givenUp'; readonly line: string } | { readonly kind: 'elsewhere' };

/** Until the branch has it, by a pick or by people's hands, or somebody gives it up, or production runs another branch. */
export async function bring(release: Session<BackportPlan>, change: Requested): Promise<Brought> {
  const { plan, work, status, reporter, wakes } = release;
  const { branch, queue } = plan;
  const { number } = change;
  const what = `#${number} on ${branch}`;
  const behind = queue.filter((other) => other.number !== number).map((other) => `#${other.number}`);
  status.enter('publishing', { waitingFor: { what }, ...(behind.length > 0 && { next: `${behind.slice(0, 10).join(', ')} behind it` }) });
  let asked: number | undefined;
  const brought = await fulfil<FixPlace>(release, {
    what,
    async act() {
      const picked = await work.pickBackport({ plan, change }, `pick #${number} onto ${branch}`);
      if (picked.kind === 'there') return picked;
      const why = picked.kind === 'conflict' ? `${picked.paths.join(', ')} conflict` : picked.reason;
      const pull = await work.openBackport({ plan, change, why }, `ask for ${what} by a pull request`);
      asked = pull?.number;
      throw new Stop({ kind: 'mergeRefused', reason: pull ? `${why}; merge ${pull.url} by hand` : why });
    },
    notice: () => wakes.wakeable(() => work.backportSettled({ plan, change, ...(asked !== undefined && { pullRequest: asked }) }, `wait until ${branch} has #${number}`)),
  });
  if (brought.kind === 'done' && brought.value.kind === 'elsewhere') {
    reporter.tell({ name: `elsewhere-${number}`, line: `${what}: production runs another branch by now, and it is looked at anew` });
    return { kind: 'elsewhere' };
  }
  const as = brought.kind === 'done' && brought.value.kind === 'there' ? brought.value.as : undefined;
  const givenUp = brought.kind === 'givenUp' ? { by: brought.by, reason: brought.reason } : undefined;
  await fulfil(release, { what: `the label of #${number}`, act: () => work.closeBackport({ plan, change, ...(as && { as }), ...(givenUp && { givenUp }) }, `tell #${number} where it went`) });
  const line = givenUp ? `${what} is given up by ${givenUp.by}: ${givenUp.reason}` : `${what}${as && as.length > 0 ? ` as ${as.map(shortSha).join(', ')}` : ' already'}`;
  reporter.tell({ name: `picked-${number}`, line });
  return { kind: givenUp ? 'givenUp' : 'done', line };
}
