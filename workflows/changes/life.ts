import type { ChangeStep } from '../../domain/changes/life.ts';
import { Stop } from '../release/stop.ts';
import type { Changing, OpenChange } from './change.ts';
import { enqueue, review } from './merging.ts';
import { askOfEjection, askOfRefusal, diagnose, rerun, tellSilence } from './red-pipeline.ts';

/** What only the capability can do about its pull request. */
export interface Carrier<D extends OpenChange> {
  /** Makes it contain this commit of its base. */
  update(draft: D, step: Extract<ChangeStep, { do: 'update' }>): Promise<D>;
  /** Closes it, and opens another one against the base as it is now. */
  renew(draft: D, step: Extract<ChangeStep, { do: 'renew' }>): Promise<D>;
}

/** Does what comes next about a pull request that is not merged yet; `merge` and `end` are for whoever carries it. */
export async function take<D extends OpenChange>(changing: Changing, { update, renew }: Carrier<D>, draft: D, step: Exclude<ChangeStep, { do: 'merge' | 'end' }>): Promise<D> {
  switch (step.do) {
    case 'look': {
      const { known: _, ...rest } = draft;
      return { ...(rest as D), ...(step.known && { known: step.known }) };
    }
    case 'review':
      return { ...draft, known: await review(changing, draft.pull, step) };
    case 'enqueue': {
      const { known: _, ...rest } = draft;
      const known = await enqueue(changing, draft.pull, step);
      return { ...(rest as D), ...(known && { known }) };
    }
    case 'rerun':
      return (await rerun(changing, { ...draft, failed: step.failed })) ?? diagnose(changing, draft, step.failed);
    case 'diagnose':
      return diagnose(changing, draft, step.failed);
    case 'tell':
      return tellSilence(changing, draft, step);
    case 'hold':
      return askOfRefusal(changing, draft, step);
    case 'ask':
      return askOfEjection(changing, draft, step);
    case 'update':
      return update(draft, step);
    case 'renew':
      return renew(draft, step);
    case 'stop':
      throw new Stop(step.reason);
  }
}
