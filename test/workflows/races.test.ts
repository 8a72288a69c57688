import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../activities/index.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { candidate, plan, scriptedWorld } from './scripted-world.ts';
import { openMachine } from './workflow-machine.ts';
import type { Answer, Said } from './workflow-machine.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { shaOf } from '../shas.ts';

const races = 1_000;
/** SLIPWAY_SEED has the races of another run again. */
const seed = Number(process.env.SLIPWAY_SEED ?? Date.now() % 2 ** 31);

const newer = shaOf('9');
const [firstHead, amendedHead] = [shaOf('d'), shaOf('f')];
const { soak: _, ...production } = plan.stages[1]!;

const as = fc.constantFrom('signal' as const, 'update' as const);
const sha = fc.constantFrom({}, { sha: candidate }, { sha: newer }, { sha: newer });
const vote = (name: fc.Arbitrary<string>, by: string) => fc.record({ name, as, payload: sha.map((sha) => ({ stage: 'production', by, ...sha })) });

/** Two people vote, one aborts, and a newer commit comes. Somebody aborts in each race, so that each ends. */
const messages: fc.Arbitrary<readonly Said[]> = fc.tuple(
  vote(fc.constant('approve'), 'alice'),
  vote(fc.constantFrom('approve', 'reject'), 'bob'),
  fc.record({ name: fc.constant('abort'), as, payload: fc.constant({ by: 'carol', reason: 'race' }) }),
  fc.constant({ name: 'candidate', as: 'signal' as const, payload: { sha: newer } }),
);

it(`comes to one outcome, which fits all that was accepted, in each of ${races} races of approve, reject, abort and amend (seed ${seed})`, async () => {
  const machine = await openMachine();
  onTestFinished(() => machine.close());
  const counts: Record<string, number> = {};

  const race = fc.asyncProperty(messages, fc.gen(), async (said, draw) => {
    const { world, activities } = smallWorld();
    const { result: outcome, answers, status } = await machine.play<ReleaseOutcome, ReleaseStatus>({
      ...{ workflowType: 'componentRelease', workflowId: plan.id, input: { component: 'gitaly' }, activities, messages: said },
      choose: (count) => draw(fc.nat, { max: count - 1 }),
    });
    counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
    expectAnswersKept(said.map((one, index) => ({ ...one, answer: answers[index]! })), status);
    expectOutcome(outcome, { world, status });
    if (outcome.kind === 'released' && outcome.candidate === newer) expectSeen(said);
  });
  await fc.assert(race, { numRuns: races, seed, endOnFailure: true });

  console.log(`seed ${seed}: ${JSON.stringify(counts)}`);
  // Otherwise they were no races.
  for (const kind of ['released', 'rejected', 'aborted']) expect(counts[kind], kind).toBeGreaterThan(races / 50);
}, 180_000);

type World = ReturnType<typeof smallWorld>['world'];

/** As much of a forge as a release can leave in a mess. */
function smallWorld() {
  const world = { pull: 'none' as 'none' | 'open' | 'closed' | 'merged', head: '', carries: '', promotions: 0 };
  const script: Partial<Activities> = {
    plan: async () => ({ ...plan, stages: [production] }),
    async openPullRequest({ candidate: carries }) {
      Object.assign(world, { pull: 'open', head: firstHead, carries });
      return { number: 7, url: 'https://forge/org/product/pull/7', head: firstHead, carries };
    },
    async amendPullRequest({ sha: carries, head }) {
      if (world.pull !== 'open' || world.head !== head) return { kind: 'moved' };
      Object.assign(world, { head: amendedHead, carries });
      return { kind: 'amended', head: amendedHead, date: plan.date };
    },
    async mergePullRequest({ sha: head }) {
      if (world.head !== head) return { kind: 'moved' };
      world.pull = 'merged';
      return { kind: 'merged', sha: shaOf('e') };
    },
    async withdrawPullRequest() {
      if (world.pull === 'merged') return { kind: 'merged', number: 7 };
      if (world.pull === 'open') world.pull = 'closed';
      return { kind: 'withdrawn', number: 7 };
    },
    async promote() {
      world.promotions++;
      return { id: 1, url: 'https://forge/runs/1' };
    },
  };
  return { world, activities: scriptedWorld(script).activities };
}

/** What was accepted is decided; what was refused or came too late is not. */
function expectAnswersKept(said: readonly (Said & { readonly answer: Answer })[], { decisions, refused, candidate: planned }: ReleaseStatus): void {
  for (const { name, payload, answer } of said.filter(({ name }) => name !== 'candidate')) {
    const { by } = payload as { by: string };
    const isDecided = decisions.some((decision) => decision.message === name && decision.by === by);
    const isRefused = refused.some(({ message }) => message === name);
    // A vote that comes before the plan is kept, and judged when there is one.
    const isKept = name !== 'abort' && planned === undefined;
    if (answer === 'accepted' || answer === 'sent') expect(isDecided || isRefused || isKept, `${name} by ${by} was ${answer}`).toBe(true);
    else expect(isDecided, `${name} by ${by} was ${answer}`).toBe(false);
  }
}

/** Nobody has approved the newer commit who has not named it. */
function expectSeen(said: readonly Said[]): void {
  const naming = said.filter(({ name, payload }) => name === 'approve' && (payload as { sha?: string }).sha === newer);
  expect(naming).not.toEqual([]);
}

/** The outcome is the one that people asked for, and the world is as it says. */
function expectOutcome(outcome: ReleaseOutcome, { world, status: { decisions, state, candidate: carried } }: { readonly world: World; readonly status: ReleaseStatus }): void {
  const decided = (message: string) => decisions.filter((decision) => decision.message === message).map(({ by }) => by);
  expect(state).toBe('ended');
  expect(world.promotions).toBeLessThanOrEqual(1);
  expect(decided('abort')).toEqual(outcome.kind === 'aborted' ? ['carol'] : []);
  switch (outcome.kind) {
    case 'released':
      expect(world).toMatchObject({ pull: 'merged', carries: outcome.candidate, promotions: 1 });
      expect(carried).toBe(outcome.candidate);
      expect(decided('approve').length).toBeGreaterThan(0);
      break;
    case 'rejected':
      expect(world).toMatchObject({ pull: 'merged', promotions: 0 });
      expect(outcome).toMatchObject({ by: 'bob', stays: ['#7 is merged', expect.stringMatching(/^gitaly is halted: /)], undone: [], owed: [] });
      expect(decided('reject')).toEqual(['bob']);
      break;
    case 'aborted':
      expect(world.pull).not.toBe('open');
      expect(outcome).toMatchObject({ by: 'carol', owed: [] });
      expect(outcome.stays.filter((what) => what === '#7 is merged').length).toBe(world.pull === 'merged' ? 1 : 0);
      expect(outcome.undone).toEqual(world.pull === 'closed' ? ['the pull request on release/gitaly'] : expect.any(Array));
      break;
    default:
      expect.unreachable(`it ended as ${outcome.kind}`);
  }
}
