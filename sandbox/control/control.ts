import * as asked from './control-requests.ts';
import { Misuse, answerMisuse, read } from './control-requests.ts';
import { canonicalText } from '../http/canonical-text.ts';
import { json } from '../http/exchange.ts';
import { git } from '../git/git.ts';
import { importCommits } from '../git/import.ts';
import { readCommit } from '../git/history.ts';
import { setAppSuite } from '../github/ci/app-suites.ts';
import { scriptCi } from '../github/ci/ci.ts';
import { addComment } from '../github/issues/comments.ts';
import { deploymentOutcome, runOutcome } from '../github/ci/controller.ts';
import { reloadRefs } from '../github/code/repository.ts';
import { setRun } from '../github/ci/runs.ts';
import { userNamed } from '../github/people/users.ts';
import { putByPerson } from '../gcs/objects.ts';
import { putApplication } from '../argocd/people.ts';
import { putTicket } from '../jira/people.ts';
import { setByPerson } from '../gitlab/features.ts';
import { snapshot } from './snapshot.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Resolution } from '../world/holds.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world/state.ts';

type Act = (world: World, exchange: Exchange) => unknown;

/** By method and path; an answer of undefined is 204. */
const acts: Readonly<Record<string, Act>> = {
  'GET /journal': ({ journal }) => journal.entries,
  'GET /snapshot': (world) => world.exclusively(() => snapshot(world)),
  'GET /requests': ({ requests }) => requests,
  'DELETE /requests': ({ requests }) => void requests.splice(0),
  'GET /violations': ({ violations }) => violations,
  'GET /faults': ({ faults }) => faults.list(),
  'POST /faults': ({ faults }, exchange) => ({ id: faults.plan(read(asked.fault, exchange)).id }),
  'DELETE /faults': ({ faults }) => faults.clear(),
  'GET /holds': ({ holds }, { query }) => holds.listWithin(Number(query.get('waitMs') ?? 0)),
  'POST /effects': controlEffect,
  'GET /deliveries': ({ webhooks }) => webhooks.log,
  'POST /webhooks': ({ webhooks }, exchange) => webhooks.hook(read(asked.webhook, exchange)),
  'POST /ci': controlCi,
  'POST /run'(world, exchange) {
    const { repository, ...wanted } = read(asked.run, exchange);
    return world.exclusively(() => setRun(world, repositoryNamed(world, repository), wanted));
  },
  'POST /suite'(world, exchange) {
    const { repository, ...wanted } = read(asked.suite, exchange);
    return world.exclusively(() => setAppSuite(world, repositoryNamed(world, repository), wanted));
  },
  'POST /commit': controlCommit,
  'POST /deployments'(world, exchange) {
    const { environment, outcome, afterMs, times: limit } = read(asked.deployments, exchange);
    world.outcomes.script(deploymentOutcome(environment), { result: outcome, afterMs }, limit);
  },
  'POST /runs'(world, exchange) {
    const { workflow, conclusion, afterMs, times: limit } = read(asked.runs, exchange);
    world.outcomes.script(runOutcome(workflow), { result: conclusion, afterMs }, limit);
  },
  'POST /health'(world, exchange) {
    const { environment, state } = read(asked.health, exchange);
    world.health.set(environment, state);
  },
  'POST /deployed'(world, exchange) {
    const { environment, repository: name, sha } = read(asked.deployed, exchange);
    const repository = repositoryNamed(world, name);
    const running = sha ?? repository.refs.get(`refs/heads/${repository.defaultBranch}`);
    if (running === undefined) throw new Misuse(`${name} has no ${repository.defaultBranch}`);
    world.state.environments.set(environment, { repository: name, sha: running });
  },
  'POST /flags': (world, exchange) => world.exclusively(() => setByPerson(world, read(asked.flag, exchange))),
  'POST /applications': (world, exchange) => putApplication(world, read(asked.application, exchange)),
  'POST /tickets': (world, exchange) => putTicket(world, read(asked.ticket, exchange)),
  'POST /gitlab': (world, exchange) => void Object.assign(world.gitlab, read(asked.gitlab, exchange)),
  'POST /objects': (world, exchange) => world.exclusively(async () => putByPerson(await world.gcs.emulator(), read(asked.objects, exchange))),
  'POST /mirror'(world, exchange) {
    const { repository, lagMs } = read(asked.mirror, exchange);
    const { mirror: following } = repositoryNamed(world, repository);
    if (following === undefined) throw new Misuse(`${repository} has no mirror`);
    following.lagMs = lagMs ?? Infinity;
  },
  'POST /clock': ({ clock }, exchange) => clock.advance(read(asked.advance, exchange).ms),
  'POST /teams'({ teams }, exchange) {
    const { team, members } = read(asked.team, exchange);
    teams.set(team, members);
  },
  'POST /apps'({ apps }, exchange) {
    const app = read(asked.app, exchange);
    apps.set(app.installation, app);
  },
  'POST /comment'(world, exchange) {
    const { repository: name, number, by, body } = read(asked.comment, exchange);
    const repository = repositoryNamed(world, name);
    const issue = repository.issues.get(number);
    if (issue === undefined) throw new Misuse(`${name} has no #${number}`);
    return world.exclusively(() => ({ id: addComment(world, repository, issue, { by: userNamed(world, by), body }).id }));
  },
  'POST /protection'(world, exchange) {
    const { repository, branch, ...rules } = read(asked.protection, exchange);
    repositoryNamed(world, repository).protections.set(branch, rules);
  },
};

export async function serveControl(world: World, exchange: Exchange, path: string): Promise<Reply> {
  const [, hold] = /^\/holds\/(\w+)$/.exec(path) ?? [];
  return answerMisuse(async () => {
    if (hold !== undefined && exchange.method === 'POST') return resolveHold(world, exchange, hold);
    const act = acts[`${exchange.method} ${path}`];
    if (act === undefined) return json(404, { error: `there is no control ${exchange.method} ${path}` });
    const answer = await act(world, exchange);
    return answer === undefined ? { status: 204 } : json(exchange.method === 'POST' ? 201 : 200, answer);
  });
}

function resolveHold(world: World, exchange: Exchange, id: string): Reply {
  const { resolve } = read(asked.resolution, exchange);
  return world.holds.resolve(id, resolve) ? { status: 204 } : json(404, { error: `nothing is held as ${id}` });
}

/**
 * Writes to Temporal don't pass through here: whoever makes one tells of it, and is held as it would be. Its receiver knows it by its
 * key, so that one which is sent again is no second one.
 */
async function controlEffect({ journal, faults, holds, url }: World, exchange: Exchange): Promise<{ resolved: Resolution }> {
  const { key: named, moment } = read(asked.effect, exchange);
  const key = canonicalText(named, url);
  if (journal.nextNth(key) > 1) return { resolved: 'apply' };
  if (moment === 'after') journal.record({ key, method: 'POST', route: 'temporal' });
  const occasion = { key, nth: 1 };
  return { resolved: faults.holds(occasion, moment) ? await holds.hold({ ...occasion, when: moment }) : 'apply' };
}

async function controlCi(world: World, exchange: Exchange) {
  const { repository: name, sha, branch, ...script } = read(asked.ci, exchange);
  const repository = repositoryNamed(world, name);
  const where = { ...(sha === undefined ? {} : { sha }), ...(branch === undefined ? {} : { branch }) };
  await world.exclusively(() => scriptCi(world, repository, { ...where, script }));
}

/** A person's commit, a minute after its parent; the branch is made from the default branch if there is none. */
async function controlCommit(world: World, exchange: Exchange) {
  const { repository: name, branch, files, message, by } = read(asked.commit, exchange);
  const repository = repositoryNamed(world, name);
  const ref = `refs/heads/${branch}`;
  return world.exclusively(async () => {
    const from = repository.refs.get(ref);
    const parent = from ?? repository.refs.get(`refs/heads/${repository.defaultBranch}`);
    if (parent === undefined) throw new Misuse(`${name} has no ${repository.defaultBranch}`);
    const person = userNamed(world, by);
    const time = (await readCommit(repository.gitDir, parent)).committer.time + 60;
    const author = { name: person.name, email: person.email, time };
    await importCommits(repository.gitDir, branch, [{ author, message, files }], { from: parent });
    await reloadRefs(repository);
    const sha = await git(repository.gitDir, ['rev-parse', '--verify', ref]);
    await world.consequences.refMoved(world, repository, { ref, from, to: sha, by: person });
    return { sha };
  });
}

function repositoryNamed(world: World, name: string): Repository {
  const repository = world.state.repositories.get(name);
  if (repository === undefined) throw new Misuse(`there is no repository ${name}; there are ${[...world.state.repositories.keys()].join(', ')}`);
  return repository;
}

