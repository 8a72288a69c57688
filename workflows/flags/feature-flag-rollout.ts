import { workflowInfo } from '@temporalio/workflow';
import type { Outcome } from '../../domain/outcome.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import type { RolloutRequest } from '../../domain/flags/request.ts';
import { parseRolloutRequest } from '../../domain/flags/request.ts';
import type { RolloutAbortion } from '../../domain/flags/steering.ts';
import { rolloutAbortion } from '../../domain/flags/steering.ts';
import { openAbort } from '../people/abort.ts';
import { unpaced } from '../release/work.ts';
import { compensate } from '../release/compensation.ts';
import { conclude } from '../release/conclusion.ts';
import { takeFlag } from './flag.ts';
import { awaitCode } from './code.ts';
import { rollOut, tryOnStaging } from './steps.ts';
import { handOver, requested } from '../release/beginning.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { advance, hold, jump, retry, tested } from './messages.ts';
import { abort, decide, resume } from '../people/messages.ts';
import { wake } from '../release/messages.ts';
import { insist } from '../people/obligations.ts';
import type { Rollout } from './rollout.ts';
import type { RolloutMilestones } from './rollout.ts';
import { audiencesOf } from './audiences.ts';
import { openSession } from '../release/session.ts';
import { openSteering } from './steering.ts';

/**
 * Turns a feature flag on, step by step, until it is on for everybody. Input:
 * `{ "component": "gitaly", "flag": "gitaly_go_user_delete_tag", "commit": "#3371" }`.
 */
export async function featureFlagRollout(input?: RolloutRequest): Promise<Outcome> {
  const request = requested(parseRolloutRequest(input));
  const session = openSession(request.component);
  const { status, reporter } = session;
  const steering = openSteering(status, session.questions);
  let leave = false;
  const abortable = openAbort(status, {
    schema: rolloutAbortion,
    about: 'Stops the rollout, and puts the flag back to what it was; {"leave":true} leaves it',
    refusal: steering.refusal,
    accept: (abortion: RolloutAbortion) => {
      leave = abortion.leave === true;
    },
  });
  const milestones: RolloutMilestones = {};
  receiveUnknown([abort, decide, advance, hold, resume, jump, retry, tested, wake].map(({ name }) => name), status);

  return conclude(status, reporter, () =>
    abortable(async () => {
      const plan = await unpaced.planRollout(request, `plan the rollout of ${request.flag}`);
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const rollout = begin(plan);
      const { work } = rollout;
      const { staging, production } = plan.rules;

      return compensate(status, async (register) => {
        const what = `follow ${production.environment}`;
        await insist(rollout, what, () => work.followEnvironment({ environment: production.environment }, what));
        const flag = await takeFlag(rollout, production.environment, { register, leave: () => leave });
        if (flag.setting() === true) return { kind: 'alreadyOn', flag: plan.flag, environment: flag.environment };
        status.change({ rollout: { flag: plan.flag, commit: plan.commit } });
        milestones.issue = await insist(rollout, 'the opening of its issue', () => work.openRolloutIssue(plan, `open the issue of ${plan.flag}`));
        status.change({ rollout: { flag: plan.flag, commit: plan.commit, issue: milestones.issue.url } });
        reporter.tell({ name: 'begun', line: `rollout begins${plan.reason ? `: ${plan.reason}` : ''}` });
        await awaitCode(rollout);
        milestones.codeDeployed = true;
        if (staging) await tryOnStaging(rollout, await takeFlag(rollout, staging.environment, { register, leave: () => leave }));
        await rollOut(rollout, flag);
        const removal = await insist(rollout, 'the issue about its removal', () => work.askForRemoval({ plan, rollout: milestones.issue!.url }, `ask for the removal of ${plan.flag}`));
        milestones.removal = removal.url;
        reporter.tell({ name: 'removal', line: `on for everybody; its removal is asked for in ${removal.url}`, label: 'done' });
        return { kind: 'rolledOut', flag: plan.flag, environment: flag.environment, before: flag.before, written: flag.written(), removal: removal.url };
      });
    }),
  );

  function begin(plan: RolloutPlan): Rollout {
    const rollout = { ...session.begin(plan, (begun) => audiencesOf({ ...begun, steering }, milestones), { deciders: plan.rules.operators }), steering, milestones };
    steering.open(plan);
    return rollout;
  }
}
