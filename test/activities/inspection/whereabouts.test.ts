import { expect, it } from 'vitest';
import type { Objections } from '../../../domain/people/objection.ts';
import { componentsWith } from '../../components.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { PullRequest } from '../../../ports/forge/pull-requests.ts';
import { createWhereabouts } from '../../../activities/inspection/whereabouts.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import type { Check } from '../../../domain/code/pipeline.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import type { Git } from '../../../ports/git/git.ts';
import { toldWhereabouts } from '../../../domain/inspection/whereabouts.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { shaOf } from '../../shas.ts';

/** The mirror's branch, oldest first: commit 3 is asked for. */
const [one, two, three, four] = [shaOf('1'), shaOf('2'), shaOf('3'), shaOf('4')];
const stray = shaOf('5');
const branch = [one, two, three, four];

interface Scene {
  readonly pinned?: Sha;
  readonly mirrored?: readonly Sha[];
  /** What each environment runs; the others are known by the forge alone. */
  readonly deployed?: Readonly<Record<string, Sha>>;
  /** What people have brought to environments themselves: commits of the product. */
  readonly foreign?: Readonly<Record<string, Sha>>;
  /** What commits of the product pin that are not its newest. */
  readonly held?: Readonly<Record<string, Sha>>;
  /** Where an environment tells what it runs: at an address that does not answer. */
  readonly report?: string;
  readonly running?: Partial<ReleaseStatus>;
  readonly checks?: Readonly<Record<Sha, Check['state']>>;
  readonly pull?: Partial<PullRequest>;
  /** Nothing pins the component: its own repository is deployed. */
  readonly straight?: true;
  readonly objections?: Partial<Objections>;
}

function look({ pinned = one, mirrored = branch, deployed = {}, foreign = {}, held = {}, report, running, checks = {}, pull, straight, objections }: Scene, change: { sha: Sha } | { pullRequest: number } = { sha: three }) {
  const commitsOf = (repository: string) => (repository === 'org/mirror' ? mirrored : [...branch, stray]);
  const position = (ref: string) => (ref === 'master' ? branch.length : branch.findIndex((sha) => sha === ref));
  const commit = (sha: Sha) => ({ sha, title: `Change ${sha[0]}`, author: 'Ana', committedAt: '2026-01-01T00:00:00Z', url: `https://forge/${sha}` });
  const forge = {
    commits: {
      find: async (repository, sha) => (commitsOf(repository).includes(sha) ? commit(sha) : undefined),
      range: async (_, from, to) => {
        if (from === stray) throw neverRetry('InvalidInput', 'no common ancestor');
        return { commits: [], total: 0, diverged: position(from) > position(to) };
      },
      mainLine: async (repository, _, { limit }) => commitsOf(repository).filter((sha) => sha !== stray).map(commit).toReversed().slice(0, limit),
      read: async (_, __, ref) => `${held[ref] ?? branch.find((sha) => sha === ref) ?? pinned}\n`,
      lastChange: async () => shaOf('b'),
      change: async (_, sha) => ({ sha, title: 'Update the version of gitaly', message: 'Update the version of gitaly', files: [] }),
      files: async () => ['main.go'],
    } as Partial<Forge['commits']>,
    branches: { find: async () => shaOf('b') } as Partial<Forge['branches']>,
    pipelines: { checks: async (_, sha) => [{ name: 'test', state: checks[sha] ?? 'green' }] } as Partial<Forge['pipelines']>,
    pullRequests: { list: async () => [], get: async (_, number) => pull && { number, url: `https://forge/pull/${number}`, state: 'open', ...pull } } as Partial<Forge['pullRequests']>,
    workflowRuns: { succeeded: async () => [] } as Partial<Forge['workflowRuns']>,
    deployments: { succeeded: async () => [], current: async (_, environment) => foreign[environment] && { sha: foreign[environment], at: '2026-01-03T00:00:00Z' } } as Partial<Forge['deployments']>,
  } as Forge;
  const environments = {
    record: async (environment) =>
      deployed[environment] === undefined
        ? undefined
        : { environment, fence: 1, queue: [], windows: [], deployed: { gitaly: { candidate: deployed[environment], sha: deployed[environment], release: 'release/gitaly/from-1', since: '2026-01-02T00:00:00Z' } } },
    endedRecord: async () => undefined,
  } as Partial<Environments> as Environments;
  const { whereabouts } = createWhereabouts({
    catalog: { read: async () => (report === undefined ? catalogOf(straight) : { ...catalogOf(straight), environments: { ...catalogOf(straight).environments, production: { ...catalogOf(straight).environments.production!, report } } }) },
    forge,
    git: {} as Git,
    environments,
    components: componentsWith(objections),
    holders: { atWork: async () => [], awaitEnd: async () => expect.unreachable(), heartbeatOf: async () => expect.unreachable() },
    releases: {
      offer: async () => expect.unreachable(),
      begun: async () => [], supersede: async () => undefined, ended: async () => [], isRunning: async () => false,
      status: async () => undefined,
      running: async () => (running ? [{ release: 'release/gitaly/silent' }, { release: 'release/gitaly/from-1', status: { release: 'release/gitaly/from-1', ...running } as ReleaseStatus }] : []),
    },
  });
  return oneAttempt().run(whereabouts, { component: 'gitaly', ...change }) as ReturnType<typeof whereabouts>;
}

const waitingFor = { what: 'approval of production', whom: ['alice', 'bob'], since: '2026-01-02T01:00:00Z' };

it('tells who has halted the component, or vetoed what would carry the change', async () => {
  const said = { by: 'kim', reason: 'an incident', since: '2026-01-02T00:00:00Z' };
  const stopped = { candidate: four, state: 'approval', waitingFor, objections: ['gitaly is halted by kim: an incident'] } as const;
  expect((await look({ pinned: four, deployed: { staging: four, production: one }, running: stopped })).blocked).toMatchObject({ what: 'gitaly is halted by kim: an incident' });
  expect((await look({ objections: { halt: said } })).blocked).toEqual({ what: 'gitaly is halted by kim: an incident', by: ['kim'], since: said.since });
  expect((await look({ objections: { vetoes: [{ ...said, sha: three }] } })).blocked).toMatchObject({ what: expect.stringContaining('contains 333333333333, which is vetoed by kim: an incident'), by: ['kim'] });
});

it('tells where a change is, that is carried by a release, and who can help it on', async () => {
  const found = await look({ pinned: four, deployed: { staging: four, production: one }, running: { candidate: four, state: 'approval', waitingFor } });
  expect(found).toMatchObject({
    commit: { sha: three },
    release: { id: 'release/gitaly/from-1', candidate: four, state: 'approval' },
    merged: true,
    environments: [
      { environment: 'staging', runsIt: true, candidate: four, since: '2026-01-02T00:00:00Z' },
      { environment: 'production', runsIt: false, candidate: one },
    ],
    blocked: { what: 'approval of production', by: ['alice', 'bob'], since: '2026-01-02T01:00:00Z' },
  });
  expect(toldWhereabouts(found)).toEqual([
    'gitaly 333333333333: Change 3, by Ana',
    'in the candidate 444444444444 of release/gitaly/from-1',
    'merged: 444444444444 is pinned',
    'staging has it: 444444444444 since 2026-01-02T00:00:00Z',
    'production does not have it: it runs 111111111111 since 2026-01-02T00:00:00Z',
    'blocked by approval of production; who can help: alice, bob; since 2026-01-02T01:00:00Z',
  ]);
});

it('follows what people have brought there themselves, or taken back', async () => {
  const product = shaOf('9');
  const back = await look({ pinned: four, deployed: { staging: four, production: four }, foreign: { production: product }, held: { [product]: two } });
  expect(back.environments).toMatchObject([{ environment: 'staging', runsIt: true }, { environment: 'production', runsIt: false, candidate: two, since: '2026-01-03T00:00:00Z' }]);
  const brought = await look({ pinned: four, deployed: { staging: one, production: one }, foreign: { production: product }, held: { [product]: three } });
  expect(brought.environments).toMatchObject([{ runsIt: false, candidate: one }, { runsIt: true, candidate: three }]);
});

it('says so where an environment does not tell what it runs', async () => {
  const found = await look({ pinned: four, deployed: { staging: four, production: four }, report: 'http://127.0.0.1:9/' });
  expect(found.environments).toMatchObject([{ runsIt: true }, { runsIt: true, candidate: four, doubt: expect.stringContaining('http://127.0.0.1:9/ does not tell what is deployed') }]);
  expect(toldWhereabouts(found)).toContainEqual(expect.stringMatching(/^production has it: 444444444444 since .* \(by what is recorded: http.* does not tell what is deployed: /));
});

it('has nothing to say of what blocks a change that is everywhere', async () => {
  const found = await look({ pinned: three, deployed: { staging: three, production: four } });
  expect(found).toMatchObject({ merged: true, environments: [{ runsIt: true }, { runsIt: true }] });
  expect(found).not.toHaveProperty('blocked');
});

it.each<[string, Scene, string, readonly string[]]>([
  ['a release that is paused', { running: { candidate: three, state: 'promoting', paused: { by: 'bob', reason: 'lunch', since: '2026-01-02T00:00:00Z' } } }, 'the pause of release/gitaly/from-1: lunch', ['bob']],
  ['a release that is under way', { running: { candidate: three, state: 'promoting' } }, 'release/gitaly/from-1, which is under way (promoting)', []],
  ['a red pipeline on the mirror', { checks: { [four]: 'red' } }, 'the pipeline of 444444444444 on org/mirror, which is red: test', ['#mirror']],
  ['its own pipeline', { checks: { [two]: 'green', [three]: 'pending', [four]: 'pending' } }, 'its pipeline on org/mirror: 222222222222 is the newest green commit', ['#mirror']],
  ['pipelines that still run', { pinned: two, checks: { [three]: 'pending', [four]: 'pending' } }, 'pipelines on org/mirror that still run', []],
  ['a mirror that lags', { mirrored: [one, two, three] }, 'the mirror: 444444444444 of org/gitaly on org/mirror', ['#mirror']],
  ['nobody having started a release', {}, 'the start of a release, which would carry it: slipway start componentRelease gitaly', ['whoever starts releases']],
  ['a release that ended on the way', { pinned: three, deployed: { staging: three } }, 'the end of the release that merged it: none carries it on to production. slipway start componentRelease gitaly does; slipway history gitaly says why it ended', ['whoever starts releases']],
])('names %s as what blocks it', async (_, scene, what, by) => {
  expect((await look(scene)).blocked).toMatchObject({ what, by });
});

it.each<[string, Scene, string]>([
  ['nobody having started a release', {}, 'the start of a release, which would carry it: slipway start componentRelease gitaly'],
  ['its own pipeline', { deployed: { staging: two }, checks: { [three]: 'pending', [four]: 'pending' } }, 'pipelines on org/mirror that still run'],
  [
    'a release that ended on the way',
    { deployed: { staging: four, production: two } },
    `the end of the release that brought it to staging: none carries it on to production, until slipway start componentRelease gitaly --sha ${four}`,
  ],
])('names, where nothing pins it, %s', async (_, scene, what) => {
  const found = await look({ straight: true, ...scene });
  expect(found).toMatchObject({ merged: true, blocked: { what } });
  expect(found).not.toHaveProperty('pinned');
});

it('tells what keeps a commit off the mirror', async () => {
  expect(await look({ mirrored: [one, two] })).toMatchObject({ commit: { sha: three }, merged: false, blocked: { what: 'the mirror org/mirror, which does not have it yet', by: ['#mirror'] } });
  expect(await look({}, { sha: stray })).toMatchObject({ blocked: { what: 'its merge: it is not on master of org/gitaly', by: ['Ana'] } });
});

it('follows a pull request to its commit, once it is merged', async () => {
  expect(await look({ pull: { state: 'open' } }, { pullRequest: 12 })).toMatchObject({ pullRequest: { number: 12, state: 'open' }, blocked: { what: 'the merge of #12', by: ['its reviewers'] } });
  expect(await look({ pull: { state: 'closed' } }, { pullRequest: 12 })).toMatchObject({ blocked: { what: '#12, which was closed without being merged', by: [] } });
  expect(await look({ pinned: three, pull: { state: 'merged', mergeSha: three } }, { pullRequest: 12 })).toMatchObject({ pullRequest: { state: 'merged' }, commit: { sha: three }, merged: true });
});

it('refuses what is not there', async () => {
  await expect(look({}, { sha: shaOf('e') })).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('neither org/gitaly nor org/mirror has a commit') });
  await expect(look({}, { pullRequest: 12 })).rejects.toMatchObject({ type: 'InvalidInput', message: 'org/gitaly has no pull request #12' });
});

function catalogOf(straight?: true) {
  const reading = readCatalog(`
version: 1
environments: { staging: {}, production: {} }
components:
  gitaly:
    code: { canonical: org/gitaly, mirror: org/mirror, owners: "#mirror" }
    ${straight ? '' : 'pin: { repository: org/product, versionFile: VERSION, head: release/gitaly, title: Update }'}
    stages:
      - { name: staging, environment: staging, promote: { kind: deployment } }
      - { name: production, environment: production, promote: { kind: deployment } }
    chat: { progress: "#progress", team: "#team" }
`);
  return reading.kind === 'valid' ? reading.catalog : expect.unreachable();
}
