import type { OpenedRevert } from '../../../activities/promotion/reverts.ts';
import { afterLook, afterMerge } from '../../../domain/changes/life.ts';
import type { ChangeStep } from '../../../domain/changes/life.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { revertChange } from '../../../domain/promotion/fix-plan.ts';
import type { FixPull } from '../../../domain/promotion/fix-plan.ts';
import type { Changing, OpenChange } from '../../changes/change.ts';
import { take } from '../../changes/life.ts';
import type { Carrier } from '../../changes/life.ts';
import { merge } from '../../changes/merging.ts';
import { rerun } from '../../changes/red-pipeline.ts';
import { unless } from '../../release/race.ts';
import type { Fix } from './session.ts';

export type Reverted =
  | { readonly kind: 'merged'; readonly number: number; readonly sha: Sha }
  /** The forge can't make it by itself. */
  | { readonly kind: 'byHand'; readonly why: string };

/** Takes a merged pull request back by a pull request, and follows that until it is merged, by whomever. @param way tells the key of this one from others of the fix */
export async function revert(fix: Fix, { number, title }: Pick<FixPull, 'number' | 'title'>, { way, why }: { readonly way: 'out' | 'back'; readonly why: string }): Promise<Reverted> {
  const { plan, work, reporter } = fix;
  const { id, repository, rules } = plan;
  const opened = await work.openRevert({ repository, into: rules.branch, number, key: `${id}/${way}/${number}`, why }, `revert #${number}`);
  if (opened.kind === 'byHand') return opened;
  reporter.tell({ name: `${way}-${number}`, line: `${way === 'out' ? 'takes back' : 'brings back, by reverting'} #${number} ${title}: ${opened.url}` });
  return { kind: 'merged', number: opened.number, sha: await follow(fix, opened) };
}

/** A revert is merged as any change is: green, reviewed, in turn. */
async function follow(fix: Fix, { number, head, branch, url }: Extract<OpenedRevert, { kind: 'opened' }>): Promise<Sha> {
  const { plan, work, wakes, status, questions } = fix;
  const { repository, rules, pace } = plan;
  const changing: Changing = { ...fix, change: revertChange(plan, branch), answers: { choices: ['retry'] } };
  let draft: OpenChange = { attempt: 1, pull: { number, head } };
  status.change({ pullRequest: { number, url } });
  for (;;) {
    if (draft.known === undefined) status.enter('pipeline', { waitingFor: { what: `the checks of #${number}` } });
    const { attempt, known } = draft;
    const look = { repository, into: rules.branch, number, head, required: rules.requiredChecks, patience: pace.patience, attempt, ...(known && { known }) };
    const seen = await unless(() => wakes.wakeable(() => work.lookAtRevert(look, `look at #${number}`)), () => questions.answer());
    if ('choice' in seen) {
      questions.withdraw();
      const { known: _, ...rest } = draft;
      draft = (await rerun(changing, draft)) ?? rest;
      continue;
    }
    if (seen.kind === 'merged') {
      questions.withdraw();
      status.stays(`#${number} is merged`);
      return seen.sha;
    }
    let step: ChangeStep = afterLook(draft, seen);
    if (step.do === 'merge') step = afterMerge(draft, await merge(changing, draft.pull));
    if (step.do === 'end') return step.sha;
    if (step.do !== 'merge') draft = await take(changing, carrierOf(fix), draft, step);
  }
}

/** What only people can do about a revert: it is shown, told, and looked at on. */
function carrierOf({ status, reporter, plan }: Fix): Carrier<OpenChange> {
  const tell = (draft: OpenChange, what: string, known: OpenChange['known'] & object): OpenChange => {
    const { number } = draft.pull;
    reporter.tell({ name: `hand-${number}`, line: `#${number} ${what}`, urgent: true, wanted: { whom: [] } });
    status.enter('pipeline', { waitingFor: { what: `#${number}, which ${what}`, whom: ['the team'] } });
    return { ...draft, known };
  };
  return {
    update: async (draft) => tell(draft, `lacks commits of ${plan.rules.branch}: update its branch`, { kind: 'behind' }),
    renew: async (draft) => tell(draft, `conflicts with ${plan.rules.branch}: resolve that on its branch`, { kind: 'unfit' }),
  };
}
