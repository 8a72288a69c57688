import type { CodeQuestion } from '../../activities/environments/deployed-code.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { WatchEnd } from '../../domain/flags/watch.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { insist } from '../people/obligations.ts';
import type { Rollout } from './rollout.ts';

/** Waits until production runs the flag's code. Says what is missing, and goes on by itself when it is deployed. */
export async function awaitCode(rollout: Rollout): Promise<void> {
  const { plan, status, work, reporter, wakes, milestones } = rollout;
  const question = codeOf(plan);
  const answer = await insist(rollout, `the look at ${question.environment}`, () => work.deployedCode(question, `look for ${shortSha(plan.commit)} in ${question.environment}`));
  if (answer.kind === 'deployed') return;
  const missing = answer.missing.map(({ sha, title }) => `${shortSha(sha)} ${title}`).join('; ');
  const more = answer.total > answer.missing.length ? `; and ${answer.total - answer.missing.length} more` : '';
  status.enter('deployment', {
    waitingFor: { what: `the deployment of ${shortSha(plan.commit)} to ${question.environment}` },
    next: missing ? `deploy ${missing}${more}` : `deploy ${shortSha(plan.commit)}`,
  });
  milestones.undeployed = answer;
  reporter.tell({ name: 'undeployed', line: `waits until ${shortSha(plan.commit)} is deployed to ${question.environment}${missing && `, which lacks ${missing}${more}`}` });
  await insist(rollout, `the look at ${question.environment}`, () => wakes.wakeable(() => work.codeDeployed(question, `look for ${shortSha(plan.commit)} in ${question.environment}`)));
}

/** A freeze that begins while the flag is watched lets it stay as it is: people hear that it goes up no further, and when it may again. */
function noteFreeze({ status, reporter, milestones, plan }: Rollout, frozen: string | undefined): void {
  if (frozen === milestones.frozen) return;
  if (frozen === undefined) delete milestones.frozen;
  else milestones.frozen = frozen;
  const { environment } = plan.rules.production;
  const line = frozen === undefined ? `${environment} is thawed: ${plan.flag} may go up again` : `${frozen}. ${plan.flag} stays as it is, and goes up no further until the thaw`;
  status.change({ next: line });
  reporter.tell({ name: frozen === undefined ? 'thawed' : 'frozen', line });
}

/** Waits for a deployment that lacks the flag's code: looks whenever the environment tells of one. */
export function awaitLoss(rollout: Rollout): Promise<WatchEnd> {
  const { plan, work, wakes } = rollout;
  const question = codeOf(plan);
  return wakes.onceWoken(async () => {
    const answer = await work.deployedCode(question, `look for ${shortSha(plan.commit)} in ${question.environment}`);
    noteFreeze(rollout, answer.frozen);
    return answer.kind === 'undeployed' ? { kind: 'rolledBack', ...(answer.at && { to: answer.at }) } : undefined;
  });
}

export function codeOf({ component, source, commit, pin, rules }: RolloutPlan): CodeQuestion {
  return { component, source, commit, ...(pin && { pin }), environment: rules.production.environment, deployed: rules.deployed };
}
