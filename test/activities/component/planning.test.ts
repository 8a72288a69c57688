import { expect, it } from 'vitest';
import type { Objections, Veto } from '../../../domain/people/objection.ts';
import { componentsWith } from '../../components.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { createPlanning } from '../../../activities/component/planning.ts';
import type { Planned, PlanRequest } from '../../../activities/component/planning.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { asSha } from '../../../domain/code/commit.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import { toldOutcome } from '../../../domain/outcome.ts';
import type { Check } from '../../../domain/code/pipeline.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { shaOf } from '../../shas.ts';

/** One character, which its SHA repeats: "1" is the oldest commit of the branch, "x" is of a side branch. */
type Name = string;
/** All of it are green but those that are named: what CI says of each, as "test green, lint pending". */
type Checks = Readonly<Record<Name, string>>;

interface Scene {
  /** The mirror's branch as the forge lists it, newest first. */
  readonly mirror?: string;
  readonly canonical?: string;
  readonly pinned?: Name;
  readonly checks?: Checks;
  /** Those that change documentation only. */
  readonly docs?: string;
  /** More of the catalog's `source`. */
  readonly source?: string;
  readonly request?: Partial<PlanRequest>;
  /** The downstream commit that has set the pin. */
  readonly setBy?: Sha;
  /** The id of a release that runs. */
  readonly running?: string;
  /** Nothing pins the component: what its first environment runs, and its last grant. */
  readonly straight?: { readonly runs?: Name; readonly fence?: number; /** Somebody has ended the environment. */ readonly ended?: true };
  /** Ids of releases that have begun, newest first. */
  readonly begun?: readonly string[];
  /** Who asks: the id of a workflow. */
  readonly asker?: string;
  readonly objections?: Partial<Objections>;
  /** Commits that revert others, by their names. */
  readonly reverts?: Readonly<Record<Name, Name>>;
}

const hashOf = (name: Name): Sha => asSha(name.charCodeAt(0).toString(16).padStart(2, '0').repeat(20));

/** What is decided, in a word and with the commit that it is about. */
async function decided(scene: Scene): Promise<string> {
  return told(await plan(scene));
}

function told(planned: Planned): string {
  const named = (text: string) => text.replaceAll(/\b([0-9a-f]{2})\1{5,19}\b/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  switch (planned.kind) {
    case 'release':
    case 'straight':
      return named(`release ${planned.candidate}`);
    case 'waiting':
      return named(`waiting for ${planned.waitingFor}${planned.otherwise ? `, or ${told(planned.otherwise)}` : ''}`);
    default:
      return named(toldOutcome(planned));
  }
}

function plan({ mirror = '4321', canonical = mirror, pinned = '1', checks = {}, docs = '', source = '', request = {}, setBy = shaOf('e'), running, straight, begun = [], asker, objections, reverts = {} }: Scene): Promise<Planned> {
  const list = (repository: string) => (repository === 'org/mirror' ? mirror : canonical);
  const commit = (name: Name) => ({ sha: hashOf(name), title: `Change ${name}`, author: 'Ana', committedAt: '2026-01-01T00:00:00Z', url: 'https://forge', ...(reverts[name] && { reverts: [{ of: hashOf(reverts[name]) }] }) });
  const nameOf = (sha: string) => Array.from(`${mirror}${canonical}`).find((name) => hashOf(name) === sha);
  const position = (ref: string) => (ref === 'master' ? Infinity : Number(nameOf(ref)));
  const forge = {
    commits: {
      find: async (repository, sha) => (list(repository).includes(nameOf(sha) ?? '?') ? commit(nameOf(sha)!) : undefined),
      range: async (_, from, to) => {
        if (nameOf(from) === undefined) throw neverRetry('InvalidInput', `the mirror does not hold both ${from} and ${to}`);
        return { commits: Array.from(list('org/mirror'), commit).filter(({ sha }) => position(from) < position(sha) && position(sha) <= position(to)), total: 0, diverged: to !== 'master' && !(position(from) <= position(to)) };
      },
      mainLine: async (repository, _, { limit }) => Array.from(list(repository), commit).slice(0, limit),
      read: async () => `${hashOf(pinned)}\n`,
      lastChange: async () => setBy,
      change: async (_, sha) => ({ sha, title: 'Update the version of gitaly', message: 'Update the version of gitaly', files: [] }),
      files: async (_, sha) => [docs.includes(nameOf(sha)!) ? 'doc/README.md' : 'main.go'],
    } as Partial<Forge['commits']>,
    pullRequests: { list: async () => [] } as Partial<Forge['pullRequests']>,
    branches: { find: async () => shaOf('b') } as Partial<Forge['branches']>,
    pipelines: {
      checks: async (_, sha) => (checks[nameOf(sha)!] ?? 'test green').split(', ').filter(Boolean).map((check) => {
        const [name, state] = check.split(' ') as [string, Check['state']];
        return { name, state };
      }),
    } as Partial<Forge['pipelines']>,
    deployments: { current: async () => straight?.runs && { sha: hashOf(straight.runs), at: '2026-01-01T00:00:00Z' } } as Partial<Forge['deployments']>,
  } as Forge;
  const reading = readCatalog(catalog(source, { pin: !straight }));
  if (reading.kind !== 'valid') return expect.unreachable(JSON.stringify(reading));
  const known = async (environment: string) => (straight?.fence === undefined ? undefined : { environment, fence: straight.fence, queue: [], windows: [], followers: [], refused: [], deployed: {} });
  const environments = { record: async (environment) => (straight?.ended ? undefined : known(environment)), endedRecord: known } as Partial<Environments> as Environments;
  const releases = { offer: never, begun: async (prefix: string) => begun.filter((id) => id.startsWith(prefix)), supersede: async () => undefined, ended: async () => [], isRunning: async (id: string) => id === running, status: async () => ({ candidate: hashOf('3') }) as ReleaseStatus, running: never };
  const { plan: decide } = createPlanning({ catalog: { read: async () => reading.catalog }, forge, releases, environments, components: componentsWith(objections) });
  const asked = { component: 'gitaly', ...request };
  return straight ? (oneAttempt({ workflowExecution: { workflowId: asker ?? 'start', runId: '1' } }).run(decide, asked) as Promise<Planned>) : decide(asked);
}

it.each<[string, Scene, string]>([
  ['the newest green commit', {}, 'release 4'],
  ['nothing when it is pinned', { pinned: '4' }, 'up to date: 4 is the newest green commit'],
  ['the newest commit that has ended, and passes over those that still run', { checks: { 4: 'test pending', 3: 'test pending, lint green' } }, 'release 2'],
  ['nothing while all that is newer still runs', { checks: { 4: 'test pending', 3: '', 2: 'test pending' } }, 'up to date: 1 is the newest green commit; the checks of 4 have not ended'],
  ['no commit below a red one', { checks: { 3: 'test red', 4: 'test pending' } }, 'no candidate: 3 is not green (test)'],
  ['the newest green commit below a red one where the catalog wants it', { checks: { 4: 'test red', 3: 'test pending' }, source: 'whenRed: lastGreen' }, 'release 2'],
  ['a red commit, where none is green', { checks: { 4: 'test red', 3: 'lint red', 2: 'test red' }, source: 'whenRed: lastGreen' }, 'no candidate: 4 is not green (test)'],
  ['no commit whose checks were all skipped', { checks: { 4: 'test skipped, lint neutral' } }, 'no candidate: 4 is not green (no check was run)'],
  ['no commit whose required check was skipped', { checks: { 4: 'test skipped, lint green' }, source: 'requiredChecks: [test]' }, 'no candidate: 4 is not green (test)'],
  ['the commit below those whose required check has not reported', { checks: { 4: '', 3: 'lint green' }, source: 'requiredChecks: [test]' }, 'release 2'],
  ['the commit below a push of which CI builds the head', { checks: { 4: 'test pending', 3: '', 2: 'test green' } }, 'release 2'],
  ['the head of such a push', { checks: { 4: 'test green', 3: '', 2: '' } }, 'release 4'],
  ['to wait where nothing is to be seen of CI', { checks: { 4: '' } }, 'waiting for a first check of 4 on org/mirror, or no candidate: 4 is not green (no check was run)'],
  ['not to wait for it where an older one may be taken', { checks: { 4: '' }, source: 'whenRed: lastGreen' }, 'release 3'],
  ['to wait where CI has never run', { checks: { 4: '', 3: '', 2: '' }, source: 'whenRed: lastGreen' }, 'waiting for a first check of 4 on org/mirror, or no candidate: 4 is not green (no check was run)'],
  ['no commit that changes documentation only', { docs: '43', source: 'docs: [doc/]', checks: { 4: '', 3: 'test red' } }, 'release 2'],
  ['nothing where only documentation is newer', { docs: '432', source: 'docs: [doc/]' }, 'up to date: 1 is the newest green commit'],
  ['no commit below the search depth', { checks: { 4: 'test pending', 3: 'test pending' }, source: 'searchDepth: 2' }, 'up to date: 1 is the newest green commit; the checks of 4 have not ended'],
  ['a commit within the search depth, though the pin lies below it', { checks: { 4: 'test pending' }, source: 'searchDepth: 2' }, 'release 3'],
  ['to wait for a mirror that lacks the canonical head', { mirror: '321', canonical: '4321' }, 'waiting for 4 of org/gitaly on org/mirror'],
  ['a commit of a mirror that lags no more than it may', { mirror: '321', canonical: '4321', source: 'toleratedLag: 1' }, 'release 3'],
  ['to wait for a mirror that lags more than it may', { mirror: '21', canonical: '4321', source: 'toleratedLag: 1' }, 'waiting for 4 of org/gitaly on org/mirror'],
  ['the commit that is asked for', { request: { sha: hashOf('3') } }, 'release 3'],
  ['not to take what is pinned already', { pinned: '3', request: { sha: hashOf('3') } }, 'up to date: 3 is the newest green commit'],
  ['no red commit, even if it is asked for', { checks: { 3: 'test red' }, request: { sha: hashOf('3') } }, 'no candidate: 3 is not green (test)'],
  ['to wait for the checks of the commit that is asked for', { checks: { 3: 'test pending' }, request: { sha: hashOf('3') } }, 'waiting for the checks of 3 on org/mirror'],
  ['to wait for its required check', { checks: { 3: 'lint green' }, source: 'requiredChecks: [test]', request: { sha: hashOf('3') } }, 'waiting for test of 3 on org/mirror'],
  ['to wait a while for its CI', { checks: { 3: '' }, request: { sha: hashOf('3') } }, 'waiting for a first check of 3 on org/mirror, or no candidate: 3 is not green (no check was run)'],
])('chooses %s', async (_, scene, outcome) => {
  expect(await decided(scene)).toBe(outcome);
});

const halt = { by: 'kim', reason: 'an incident', since: '2026-01-01T00:00:00Z' };
const past = '2026-01-02T00:00:00Z';
const veto = (name: Name, more: Partial<Veto> = {}): Veto => ({ sha: hashOf(name), by: 'kim', reason: 'it leaks', since: halt.since, ...more });

it.each<[string, Scene, string]>([
  ['nothing of a component that is halted', { objections: { halt } }, 'not begun: gitaly is halted by kim: an incident. To go on: slipway lift gitaly --by <you>'],
  ['nothing of it that is asked for, either', { objections: { halt: { ...halt, until: '2999-01-01T00:00:00Z' } }, request: { sha: hashOf('3') } }, 'not begun: gitaly is halted by kim until 2999-01-01T00:00:00Z: an incident. To go on: slipway lift gitaly --by <you>'],
  ['as ever once the halt is over', { objections: { halt: { ...halt, until: past } } }, 'release 4'],
  ['no vetoed commit, nor one below it', { objections: { vetoes: [veto('4')] } }, 'not begun: 4 is vetoed by kim: it leaks. To release it all the same: slipway lift gitaly --sha 4 --by <you>'],
  ['the newest green commit below a vetoed one where the catalog wants it', { objections: { vetoes: [veto('3')] }, source: 'whenRed: lastGreen' }, 'release 2'],
  ['none that contains a vetoed one', { objections: { vetoes: [veto('2')] } }, 'not begun: 4 contains 2, which is vetoed by kim: it leaks. To release it all the same: slipway lift gitaly --sha 2 --by <you>'],
  ['one that contains its revert, too', { objections: { vetoes: [veto('2')] }, reverts: { 3: '2' } }, 'release 4'],
  ['none whose revert was reverted', { objections: { vetoes: [veto('2')] }, reverts: { 3: '2', 4: '3' } }, 'not begun: 4 contains 2, which is vetoed by kim: it leaks. To release it all the same: slipway lift gitaly --sha 2 --by <you>'],
  ['one after a commit that alone is vetoed', { objections: { vetoes: [veto('3', { only: true })] } }, 'release 4'],
  ['not the commit that alone is vetoed', { objections: { vetoes: [veto('4', { only: true })] } }, 'not begun: 4 is vetoed by kim: it leaks. To release it all the same: slipway lift gitaly --sha 4 --by <you>'],
  ['a commit whose veto is over', { objections: { vetoes: [veto('4', { until: past })] } }, 'release 4'],
  ['a commit though one is vetoed that is nowhere', { objections: { vetoes: [veto('9')] } }, 'release 4'],
  ['no vetoed commit, even if it is asked for', { objections: { vetoes: [veto('3')] }, request: { sha: hashOf('3') } }, 'not begun: 3 is vetoed by kim: it leaks. To release it all the same: slipway lift gitaly --sha 3 --by <you>'],
  ['an older one that is asked for', { objections: { vetoes: [veto('4')] }, request: { sha: hashOf('3') } }, 'release 3'],
])('chooses %s, where people object', async (_, scene, outcome) => {
  expect(await decided(scene)).toBe(outcome);
});

it.each<[string, Scene, string]>([
  ['is asked for and older than the pin', { pinned: '3', request: { sha: hashOf('2') } }, `commit ${hashOf('2')} does not come after ${hashOf('3')}, which is pinned: a release never goes backwards`],
  ['is asked for and not on the mirror', { request: { sha: hashOf('9') } }, `commit ${hashOf('9')} does not exist on the mirror org/mirror, on its branch master`],
  ['does not come after the pin, as none does', { mirror: '43', canonical: '43x', pinned: 'x' }, 'a release never goes backwards'],
])('fails rather than take a commit that %s', async (_, scene, message) => {
  await expect(plan(scene)).rejects.toMatchObject({ nonRetryable: true, message: expect.stringContaining(message) });
});

it('looks again and again for whoever is patient, and answers when the time is over', async () => {
  const behind = { mirror: '321', canonical: '4321' };
  const waiting = { type: 'NotYet', message: `still waiting for ${hashOf('4').slice(0, 12)} of org/gitaly on org/mirror` };
  await expect(plan({ ...behind, request: { patient: {} } })).rejects.toMatchObject(waiting);
  await expect(plan({ ...behind, request: { patient: { until: Date.now() + 60_000 } } })).rejects.toMatchObject(waiting);
  expect(await plan({ ...behind, request: { patient: { until: Date.now() } } })).toMatchObject({ kind: 'waiting', patience: 900_000, warning: { channel: '#mirror' } });
});

it.each<[string, Scene, string]>([
  ['the downstream commit that has set the pin', { setBy: shaOf('d') }, 'release/gitaly/from-dddddddddddd'],
  ['that commit, though a release from the same pin has run before', { setBy: shaOf('d'), running: 'release/gitaly/from-eeeeeeeeeeee' }, 'release/gitaly/from-dddddddddddd'],
  ['the pin, where a release goes on that began before ids named the occasion', { running: `release/gitaly/from-${hashOf('1').slice(0, 12)}` }, `release/gitaly/from-${hashOf('1').slice(0, 12)}`],
])('names a release by %s', async (_, scene, id) => {
  expect(await plan(scene)).toMatchObject({ kind: 'release', id });
});

const to = (name: Name) => `release/gitaly/to-${hashOf(name).slice(0, 12)}-`;
const from = (name: Name) => `from-${hashOf(name).slice(0, 12)}-`;

it.each<[string, Scene, string]>([
  ['what its first environment runs, and the grants of that', { straight: { runs: '1', fence: 7 } }, `${to('4')}${from('1')}7`],
  ['the last grant that an environment knew which somebody has ended', { straight: { runs: '1', fence: 7, ended: true } }, `${to('4')}${from('1')}7`],
  ['nothing, where nothing is known to run there', { straight: {} }, `${to('4')}from-nothing-0`],
  ['the one that is under way, whatever was granted since', { straight: { runs: '1', fence: 8 }, begun: [`${to('4')}${from('1')}7`], running: `${to('4')}${from('1')}7` }, `${to('4')}${from('1')}7`],
  ['the one that has just begun, and that no list shows yet', { straight: { runs: '1', fence: 7 }, running: `${to('4')}${from('1')}7` }, `${to('4')}${from('1')}7`],
  ['its own, where it is asked again', { straight: { runs: '1', fence: 8 }, asker: `${to('4')}${from('1')}7` }, `${to('4')}${from('1')}7`],
  ['another occasion, where somebody asks for a commit that came to nothing', { straight: { runs: '1', fence: 9 }, begun: [`${to('4')}${from('1')}7`], request: { sha: hashOf('4') } }, `${to('4')}${from('1')}9`],
])('names a release that nothing pins by %s', async (_, scene, id) => {
  expect(await plan(scene)).toMatchObject({ kind: 'straight', id });
});

it('begins no commit again by itself that nothing pins, and that came to nothing', async () => {
  const begun = [`${to('4')}${from('1')}7`, `${to('4')}${from('1')}5`];
  expect(await plan({ straight: { runs: '1', fence: 9 }, begun })).toEqual({ kind: 'triedBefore', sha: hashOf('4'), release: begun[0] });
});

it('tells what a release carries, once that says so', async () => {
  const says = (status: Partial<ReleaseStatus> | undefined) =>
    createPlanning({ catalog: { read: never }, forge: {} as Forge, releases: { offer: never, begun: async () => [], supersede: async () => undefined, ended: async () => [], isRunning: never, running: never, status: async () => status as ReleaseStatus }, environments: {} as Environments, components: componentsWith() }).carriedBy({ release: 'release/gitaly/from-1' });
  expect(await says({ candidate: hashOf('3') })).toBe(hashOf('3'));
  for (const status of [undefined, {}]) await expect(says(status)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
});

it.each(['gitlay', 'constructor', '__proto__'])('ends with the known names for the component %s, which the catalog has not', async (component) => {
  await expect(plan({ request: { component } })).rejects.toMatchObject({
    type: 'InvalidInput',
    nonRetryable: true,
    message: expect.stringMatching(new RegExp(`^unknown component "${component}".*Known: gitaly$`)),
  });
});

async function never(): Promise<never> {
  return expect.unreachable();
}

function catalog(source: string, { pin }: { readonly pin: boolean }): string {
  return `
version: 1
environments: { production: {} }
components:
  gitaly:
    code:
      canonical: org/gitaly
      mirror: org/mirror
      owners: "#mirror"
      ${source}
    ${pin ? 'pin: { repository: org/product, versionFile: VERSION, head: release/gitaly, title: Update }' : ''}
    stages: [{ name: production, environment: production, promote: { kind: deployment } }]
    chat: { progress: "#progress", team: "#team" }
`;
}
