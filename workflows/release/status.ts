import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Sha } from '../../domain/code/commit.ts';
import { withDecision, withRefusal } from '../../domain/people/decision.ts';
import type { Decision } from '../../domain/people/decision.ts';
import type { Progress } from '../../domain/release/progress.ts';
import type { Agreed } from '../../domain/release/agreed.ts';
import type { SearchAttribute } from '../../domain/release/search-attributes.ts';
import { ended } from '../../domain/release/status.ts';
import type { ReleaseState, ReleaseStatus, SoakStatus, StageStatus, Waiting } from '../../domain/release/status.ts';
import { statusPage } from '../../domain/release/status-page.ts';
import { cut } from '../../domain/text/short-text.ts';
import { logAtStage } from '../log-labels.ts';
import { history, plan as planQuery, status as statusQuery } from './messages.ts';

/** Longest value of a search attribute, in characters; a longer one (2,048 bytes) would loop the workflow task for ever. */
const longestAttribute = 500;

/** What is shown of a state. */
interface Showing {
  readonly waitingFor?: Omit<Waiting, 'since'>;
  readonly next?: string;
  readonly progress?: Progress;
}

/** What a release knows of itself, kept in step with its queries, its details in the UI, and its search attributes. */
export type StatusKeeper = ReturnType<typeof keepStatus>;

export function keepStatus(component: string) {
  let status: ReleaseStatus = {
    release: workflowInfo().workflowId,
    component,
    state: 'planning',
    stages: [],
    undone: [],
    stays: [],
    owed: [],
    decisions: [],
    refused: [],
  };
  let plan: Agreed | undefined;
  let upserted: Partial<Record<SearchAttribute, string>> = {};

  setHandler(statusQuery, () => status, { description: 'Stages, what it waits for, since when, and what to send' });
  setHandler(history, () => ({ decisions: status.decisions, refused: status.refused }), { description: 'Who decided what and when; what was not accepted' });
  setHandler(planQuery, () => plan ?? null, { description: 'What this release has agreed to do' });
  show();

  let stale = false;

  /** What is shown changes at once; the search attributes follow, in one event for all changes of this step. */
  function change(changes: Partial<ReleaseStatus>): void {
    status = { ...status, ...changes };
    logAtStage(currentStage()?.name);
    show();
    if (stale) return;
    stale = true;
    void Promise.resolve().then(upsert);
  }

  function currentStage(): StageStatus | undefined {
    return status.stages.findLast(({ mark }) => mark !== 'ahead');
  }

  function show(): void {
    setCurrentDetails(statusPage(status));
  }

  function upsert(): void {
    stale = false;
    const current = currentStage();
    const wanted: Partial<Record<SearchAttribute, string>> = {
      Component: status.component,
      ...(status.candidate && { CandidateSha: status.candidate }),
      ...(status.version && { Version: status.version }),
      ...(current && { Stage: current.name, Environment: current.environment }),
      ReleaseState: status.state,
      WaitingFor: status.waitingFor?.whom ? status.waitingFor.what : '',
    };
    const changed = Object.entries(wanted).filter(([name, value]) => (upserted[name as SearchAttribute] ?? '') !== value);
    if (changed.length === 0) return;
    upserted = wanted;
    upsertSearchAttributes(changed.map(([name, value]) => ({ key: keyword(name), value: cut(value, longestAttribute) || null })));
  }

  /** The release is in this state from now on, and waits for this, or for nothing. */
  function enter(state: ReleaseState, { waitingFor, next, progress }: Showing = {}): void {
    const { waitingFor: _, next: __, progress: ___, ...rest } = status;
    status = rest;
    const at = now();
    change({ state, ...(waitingFor && { waitingFor: { ...waitingFor, since: at } }), ...(next && { next }), ...(progress && { progress: { ...progress, at } }) });
  }

  /** What is left out is not known any more. */
  function leaveOut(key: keyof ReleaseStatus): void {
    const { [key]: _, ...rest } = status;
    status = rest as ReleaseStatus;
  }

  const keeping = { get: () => status, change, leaveOut };

  return {
    get: () => status,
    change,
    agree(agreed: Agreed): void {
      plan = agreed;
      change({
        ...(agreed.candidate && { candidate: agreed.candidate }),
        ...(agreed.pinned && { pinned: agreed.pinned }),
        stages: agreed.stages.map(({ name, environment }) => ({ name, environment, mark: 'ahead' })),
      });
    },
    /** It is over. */
    end(how: Pick<ReleaseStatus, 'outcome' | 'ending'>): void {
      status = ended(status);
      change(how);
    },
    /** The release carries another candidate from now on. */
    carries(agreed: Agreed & { readonly candidate: Sha }): void {
      plan = agreed;
      change({ candidate: agreed.candidate });
    },
    enter,
    /** Shows it to wait for something else until that is `over`, and then what was shown before. */
    async meanwhile(state: ReleaseState, waitingFor: Omit<Waiting, 'since'>, over: () => Promise<unknown>): Promise<void> {
      const before = status;
      enter(state, { waitingFor });
      const shown = status.waitingFor;
      try {
        await over();
      } finally {
        if (status.waitingFor === shown) enter(before.state, before);
      }
    },
    /** The step that it is in has come so far. */
    progress(progress: Progress): void {
      change({ progress: { ...progress, at: now() } });
    },
    ...marksOf(keeping),
    ...ledgerOf(keeping),
  };
}

/** How the status is read and changed. */
interface Keeping {
  get(): ReleaseStatus;
  change(changes: Partial<ReleaseStatus>): void;
  leaveOut(key: keyof ReleaseStatus): void;
}

/** How far each stage has come. */
function marksOf({ get, change }: Pick<Keeping, 'get' | 'change'>) {
  const amend = (name: string, changes: Partial<StageStatus>) => change({ stages: get().stages.map((stage) => (stage.name === name ? { ...stage, ...changes } : stage)) });
  return {
    /** Marks a stage as being so from now on. */
    stage: (name: string, mark: StageStatus['mark']): void => amend(name, { mark, since: now() }),
    soak: (name: string, soak: Omit<SoakStatus, 'at'>): void => amend(name, { soak: { ...soak, at: now() } }),
    deployment: (name: string, url: string): void => amend(name, { url }),
  };
}

/** What was taken back, what stays, what is owed, and what people have said. */
function ledgerOf({ get, change, leaveOut }: Keeping) {
  return {
    noteUndone(what: string): void {
      change({ undone: [...get().undone, what] });
    },
    /** It has been taken back after all. */
    staysNot(what: string): void {
      change({ stays: get().stays.filter((other) => other !== what) });
    },
    stays(what: string): void {
      if (!get().stays.includes(what)) change({ stays: [...get().stays, what] });
    },
    /** It is owed from now on, and keeps the release open. */
    owes(what: string): void {
      change({ owes: [...(get().owes ?? []), { what, since: now() }] });
    },
    owesNot(what: string): void {
      const others = (get().owes ?? []).filter((other) => other.what !== what);
      leaveOut('owes');
      change(others.length > 0 ? { owes: others } : {});
    },
    owe(what: string): void {
      change({ owed: [...get().owed, what] });
    },
    object(objections: readonly string[]): void {
      leaveOut('objections');
      change(objections.length > 0 ? { objections } : {});
    },
    resume(): void {
      leaveOut('paused');
      change({});
    },
    record(decision: Omit<Decision, 'at'>): void {
      change({ decisions: withDecision(get().decisions, { ...decision, at: now() }) });
    },
    refuse(message: string, why: string): void {
      change({ refused: withRefusal(get().refused, { message, why, at: now() }) });
    },
  };
}

/** ISO 8601, by the workflow's clock, to the second. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function keyword(name: string) {
  return defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
}
