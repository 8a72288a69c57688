import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createPlanning } from '../activities/component/planning.ts';
import type { Environments } from '../ports/temporal/environments.ts';
import type { Planned } from '../activities/component/planning.ts';
import type { Sha } from '../domain/code/commit.ts';
import { asSha } from '../domain/code/commit.ts';
import { fileCatalog } from '../ports/catalog/file.ts';
import { connectGitHub } from '../ports/forge/github/github.ts';
import { componentsWith } from '../test/components.ts';
import { startSandbox } from '../test/servers.ts';
import { openWorld, pinnedIn, writeCatalog } from '../test/worlds.ts';
import type { World } from '../test/worlds.ts';
import { row } from './table.ts';

const run = promisify(execFile);
const [canonical, mirror, product] = ['gitlab-org/gitaly', 'gitlab-org-security/gitaly', 'gitlab-org/gitlab'];
/** How many commits of the history lie between the pin and the head when the first hour begins. */
const pinnedBehind = 3;

/** What CI says of a commit, from this hour on. */
interface Ending {
  readonly hour: number;
  readonly verdict: 'green' | 'red';
}

/** One that is taken, a red one that holds everything, or nothing. */
type Choice = string;

/**
 * A real project's history, by a folder that holds it, is pushed merge by merge while a hundred hours pass in which anything happened: each hour
 * the candidate is chosen on the real adapter, and compared with what the main line says. Told besides is what would be chosen from the branch's
 * commits by their date, side branches and all.
 */
export async function benchMainLine(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { seed: { type: 'string' }, hours: { type: 'string', default: '100' } } });
  if (values.seed === undefined) throw new Error('usage: npm run bench -- main-line --seed <a git repository with merges> [--hours 100]');
  const history = gitIn(values.seed);
  const hours = busyHours(await history('log', '--first-parent', '--format=%H %ct', `--max-count=${Number(values.hours) * 20}`, 'HEAD'), Number(values.hours));
  const folder = await mkdtemp(join(tmpdir(), 'slipway-main-line-'));
  const sandbox = await startSandbox({ validated: false });
  const world = await openWorld(sandbox.url, { scenario: 'gitaly', seed: await seedAt(folder, values.seed, asSha(await history('rev-parse', `${hours[0]![0]}^`))), pinnedBehind });
  const catalog = await writeCatalog(world);
  const releases = { offer: never, begun: never, supersede: async () => undefined, ended: async () => [], isRunning: async () => false, status: never, running: never };
  const { plan } = createPlanning({ catalog: fileCatalog(catalog.file), forge: connectGitHub({ baseUrl: `${world.url}/api/v3`, token: 'bot-token', writeIntervalMs: 0 }), releases, environments: {} as Environments, components: componentsWith() });
  try {
    for (const repository of [canonical, mirror]) await world.control('ci', { repository, branch: 'master', verdict: 'none' });
    const random = dice();
    const endings = new Map<Sha, Ending>();
    const [differing, otherwise]: [string[], string[]] = [[], []];
    let [merges, released, held] = [0, 0, 0];
    for (const [hour, commits] of hours.entries()) {
      for (const sha of commits) {
        merges += 1;
        await request(world, 'PATCH', `${canonical}/git/refs/heads/master`, { sha });
        const sides = (await history('rev-parse', `${sha}^@`)).split('\n').slice(1).map(asSha);
        for (const side of sides) await end(world, side, settle(endings, side, { hour, verdict: random() < 0.7 ? 'green' : 'red' }));
        settle(endings, sha, { hour: hour + Math.floor(random() * 4), verdict: random() < 0.8 ? 'green' : 'red' });
        await begin(world, sha);
      }
      for (const [sha, ending] of endings) if (ending.hour === hour) await end(world, sha, ending);

      const [head, pinned] = [commits.at(-1)!, await pinnedIn(world)];
      const stateOf = (sha: Sha) => (endings.has(sha) && endings.get(sha)!.hour > hour ? 'pending' : endings.get(sha)?.verdict);
      const expected = choose((await history('rev-list', '--first-parent', `${pinned}..${head}`)).split('\n').map(asSha), stateOf);
      const byDate = choose((await history('rev-list', '--max-count=50', `${pinned}..${head}`)).split('\n').map(asSha), stateOf);
      const found = chosen(await plan({ component: 'gitaly' }));
      if (found !== expected) differing.push(`hour ${hour}: ${found}, but the main line says ${expected}`);
      if (byDate !== expected) otherwise.push(byDate);
      if (found.startsWith('red')) held += 1;
      if (!found.startsWith('release')) continue;
      released += 1;
      await world.control('commit', { repository: product, branch: 'master', files: { GITALY_SERVER_VERSION: `${found.split(' ')[1]}\n` }, message: 'Update Gitaly version' });
    }
    row('commits of the history', 'merged in these hours', 'hours', 'released', 'held as red', 'not as the main line says', 'by date it would have been otherwise');
    row('---', '---', '---', '---', '---', '---', '---');
    row(await history('rev-list', '--count', 'HEAD'), merges, hours.length, released, held, differing.length, otherwise.length);
    for (const line of differing) console.log(line);
    if (differing.length > 0) process.exitCode = 1;
  } finally {
    await catalog.remove();
    await world.close();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The newest hours in which the main line came on, oldest first, each with its commits, oldest first. */
function busyHours(log: string, count: number): readonly (readonly Sha[])[] {
  const hours = new Map<number, Sha[]>();
  for (const line of log.split('\n').toReversed()) {
    const [sha = '', seconds] = line.split(' ');
    const hour = Math.floor(Number(seconds) / 3_600);
    hours.set(hour, [...(hours.get(hour) ?? []), asSha(sha)]);
  }
  return [...hours].toSorted(([one], [other]) => one - other).slice(-count).map(([, commits]) => commits);
}

/** A repository that borrows all commits of the other one, and stands at an earlier one. */
async function seedAt(folder: string, seed: string, sha: Sha): Promise<string> {
  await gitIn(folder)('init', '--quiet', '--bare');
  await writeFile(join(folder, 'objects/info/alternates'), `${join(await gitIn(seed)('rev-parse', '--path-format=absolute', '--git-common-dir'), 'objects')}\n`);
  await gitIn(folder)('update-ref', '--no-deref', 'HEAD', sha);
  return folder;
}

function gitIn(folder: string): (...args: string[]) => Promise<string> {
  return async (...args) => (await run('git', ['-c', 'safe.directory=*', '-C', folder, ...args], { maxBuffer: 2 ** 28 })).stdout.trim();
}

function settle(endings: Map<Sha, Ending>, sha: Sha, ending: Ending): Ending {
  const known = endings.get(sha) ?? ending;
  endings.set(sha, known);
  return known;
}

/** At first one job is to be seen, which has passed: the other one needs it. */
async function begin(world: World, sha: Sha): Promise<void> {
  await world.control('run', { repository: mirror, sha, checks: [{ name: 'build', conclusion: 'success' }], status: 'in_progress' });
  await request(world, 'POST', `${mirror}/statuses/${sha}`, { state: 'success', context: 'ci/pipeline' });
}

async function end(world: World, sha: Sha, { verdict }: Ending): Promise<void> {
  const conclusion = verdict === 'green' ? 'success' : 'failure';
  await world.control('run', { repository: mirror, sha, conclusion, checks: [{ name: 'build', conclusion: 'success' }, { name: 'test', conclusion }] });
  await request(world, 'POST', `${mirror}/statuses/${sha}`, { state: 'success', context: 'ci/pipeline' });
}

async function request(world: World, method: string, path: string, body: object): Promise<void> {
  const headers = { authorization: 'Bearer person:ann', 'content-type': 'application/json' };
  const response = await fetch(`${world.url}/api/v3/repos/${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

/** Of a line of commits, newest first, the first whose checks have ended. */
function choose(line: readonly Sha[], stateOf: (sha: Sha) => 'green' | 'red' | 'pending' | undefined): Choice {
  const decides = line.find((sha) => sha !== '' && ['green', 'red'].includes(stateOf(sha) ?? ''));
  return decides === undefined ? 'nothing' : `${stateOf(decides) === 'green' ? 'release' : 'red'} ${decides}`;
}

function chosen(planned: Planned): Choice {
  switch (planned.kind) {
    case 'release':
      return `release ${planned.candidate}`;
    case 'noCandidate':
      return `red ${planned.sha}`;
    default:
      return 'nothing';
  }
}

/** The same throws each time. */
function dice(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

async function never(): Promise<never> {
  throw new Error('nothing is offered here');
}
