import { expect, it } from 'vitest';
import type { Stage } from '../../../domain/stages/rules.ts';
import { pause, resume } from '../../../workflows/people/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin as beginRollout, withoutStaging } from '../flags/rollout-stand.ts';
import { begin, waitsFor } from '../release-stand.ts';
import { pending, plan } from '../scripted-world.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();

/** What only looks does not heartbeat: a service may take as long as an attempt may. */
const heartbeat = 1_000;
const pace = { ...plan.pace, heartbeat };

async function slowly<T>(answer: T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 2.5 * heartbeat));
  return answer;
}

const production = { name: 'production', environment: 'production', promote: { kind: 'deployment' as const }, health: [] } satisfies Stage;

it('waits for a forge that takes longer than a heartbeat to tell who wrote the commits', async () => {
  const stages = [{ ...production, approval: { approvers: ['alice'], required: 1, separation: ['author' as const] } }];
  const { release } = await begin(server(), { authors: () => slowly([]) }, { pace, stages });
  await waitsFor(release, 'approval of production');
  await release.terminate();
});

it('waits for a server that takes longer than a heartbeat to tell how long a soak has observed', async () => {
  const { release } = await begin(server(), { soak: pending, observedSoFar: () => slowly(1_800_000) }, { pace, stages: [{ ...production, soak: 3_600_000 }] });
  await waitsFor(release, /^1 h of production/);
  await release.executeUpdate(pause.update, { args: [{ by: 'olga' }] });
  await waitsFor(release, 'the end of the pause');
  await release.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
  await waitsFor(release, /^30 min of production/);
  await release.terminate();
});

it.each(['readFlag', 'deployedCode', 'hindrance'] as const)('waits for services that take longer than a heartbeat in a rollout: %s', async (slow) => {
  const answers = { readFlag: 'unset', deployedCode: { kind: 'deployed', at: shaOf('c') }, hindrance: undefined } as const;
  const script = { [slow]: () => slowly(answers[slow]) };
  const { rollout, world } = await beginRollout(server(), { plan: { ...withoutStaging(), pace }, script });
  await expect.poll(() => world.effects, { timeout: 20_000 }).toContain('production 5');
  await rollout.terminate();
});

it('notices within seconds that the worker which plans has died', async () => {
  const { release } = await begin(server(), { pipeline: pending });
  await waitsFor(release, 'the pipeline of #7');
  const { events } = await release.fetchHistory();
  const planning = events!.map(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled).find((scheduled) => scheduled?.activityType?.name === 'plan');
  expect(Number(planning?.heartbeatTimeout?.seconds)).toBe(20);
  await release.terminate();
});
