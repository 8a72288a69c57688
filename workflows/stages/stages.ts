import type { Sha } from '../../domain/code/commit.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { delivered } from './deployment.ts';
import { holding } from './leases.ts';
import type { Lease } from './leases.ts';
import type { Passage } from './passage.ts';
import { broughtBack, remains, rolledBack } from './rollback.ts';
import { insist } from '../people/obligations.ts';
import { clear, soaked } from './soak.ts';
import { Stop } from '../release/stop.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { attemptKey, promotionKey } from '../../domain/release/keys.ts';

/** Carries the merged candidate through one stage: approved, promoted, soaked, and where it fails, as people decide. */
export async function passed(passage: Passage, stage: Stage, sha: Sha): Promise<void> {
  const { approvals, pause, plan, reporter } = passage;
  await pause.over();
  await insist(passage, `the approval of ${stage.name}`, () => approvals.approved(stage, passage));
  // Others may have the environment meanwhile.
  await pause.over();
  const wish = { candidate: plan.candidate, sha, purpose: 'promote' } as const;
  const rollback = await holding(passage, stage, wish, (lease) => carried(passage, stage, sha, lease));
  if (!rollback) return;
  await rolledBack(passage);
  reporter.tell({ name: 'rolled-back', line: `rolled back: ${rollback.reason}`, label: 'rolled-back' });
  throw new Stop({ kind: 'rolledBack', stage: stage.name, ...rollback });
}

interface Rollback {
  /** Nobody, where the catalog decides. */
  readonly by?: string;
  readonly reason: string;
}

interface Failure {
  readonly reason: string;
  readonly attempt: number;
}

/** As often as people want it tried; answers why it is to be rolled back, if it is, with this stage done already. */
async function carried(passage: Passage, stage: Stage, sha: Sha, lease: Lease): Promise<Rollback | undefined> {
  const { status, touched } = passage;
  touched.push({ stage, ...(lease.previous && { previous: lease.previous }) });
  for (let attempt = 1; ; attempt++) {
    const failure = await tried(passage, stage, { sha, attempt, lease });
    if (!failure) {
      status.stage(stage.name, 'done');
      return undefined;
    }
    const { choice, by, reason } = await whatNow(passage, stage, { reason: failure, attempt });
    switch (choice) {
      case 'retry':
        break;
      case 'skip':
        status.stage(stage.name, 'skipped');
        return undefined;
      case 'abort':
        throw new Stop({ kind: 'aborted', by: by!, reason: reason ?? failure });
      case 'rollback':
        await broughtBack(passage, touched.pop()!, lease);
        return { ...(by && { by }), reason: reason ?? failure };
    }
  }
}

/** Promotes and soaks once; answers why that failed, if it did. */
async function tried(passage: Passage, stage: Stage, { sha, attempt, lease }: { readonly sha: Sha; readonly attempt: number; readonly lease: Lease }): Promise<string | undefined> {
  const { plan, status, reporter } = passage;
  await clear(passage, stage);
  status.stage(stage.name, 'promoting');
  status.enter('promoting', { waitingFor: { what: `the deployment to ${stage.environment}` } });
  reporter.tell({ name: attemptKey(stage.name, attempt), line: `deploying to ${stage.environment}`, label: stage.name });
  const key = attemptKey(promotionKey(plan, stage.name), attempt);
  const { state, url } = await delivered(passage, stage, { key, candidate: plan.candidate, sha }, lease);
  if (state === 'failed') return `the deployment to ${stage.environment} failed: ${url}`;
  if (!status.get().stays.includes(remains(stage))) status.stays(remains(stage));
  const soak = await soaked(passage, stage);
  return soak.kind === 'unhealthy' ? `${stage.environment} is not healthy: ${soak.reason}` : undefined;
}

type Answer = { readonly choice: 'retry' | 'skip' | 'rollback' | 'abort'; readonly by?: string; readonly reason?: string };

/** Asks people how to go on, unless the catalog knows. */
async function whatNow({ questions, status, reporter }: Passage, stage: Stage, { reason, attempt }: Failure): Promise<Answer> {
  status.stage(stage.name, 'failed');
  const automatic = stage.onFailure === 'rollback';
  reporter.tell({ name: `${attemptKey(stage.name, attempt)}-failed`, line: `${reason}; ${automatic ? 'rolling back' : 'somebody has to decide'}` });
  if (automatic) return { choice: 'rollback', reason };
  const about = `how to go on after ${stage.name}, which failed`;
  const choices = ['retry', 'rollback', 'skip', 'abort'] as const;
  status.enter('deciding', {
    waitingFor: { what: about, whom: ['an operator'], send: choices.map((choice) => ({ message: 'decide', payload: { choice, stage: stage.name, by: 'your-login', reason: 'why' } })) },
    next: reason,
  });
  return (await questions.answered({ about, choices, refusal: (answer) => unfit(answer, stage) })) as Answer;
}

function unfit({ choice, stage, reason }: Choice, { name }: Stage): string | undefined {
  if (stage !== undefined && stage !== name) return `the decision is for stage "${stage}", but to be decided is "${name}"`;
  return choice === 'skip' && reason === undefined ? 'skipping a stage needs a "reason"' : undefined;
}
