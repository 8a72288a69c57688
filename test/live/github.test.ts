import { setTimeout as sleep } from 'node:timers/promises';
import { Octokit } from '@octokit/rest';
import { fromEnvironment } from '../../ports/forge/github/github.ts';
import { describeForge } from '../ports/forge/contract.ts';
import type { ForgeStand } from '../ports/forge/contract.ts';
import { assertScratch, mark, required } from './environment.ts';

const half = { otherHalf: 'test/live/gcs.test.ts' };
const repository = required('SLIPWAY_LIVE_GITHUB_REPOSITORY', 'owner/name of a scratch repository at GitHub', half);
const token = required('GITHUB_TOKEN', 'a token that may do there what Slipway does, and write commit statuses', half);
const workflow = process.env['SLIPWAY_LIVE_WORKFLOW'] || 'slipway-live.yml';
const baseUrl = process.env['GITHUB_API_URL'];

const [owner = '', repo = ''] = repository.split('/');
const at = { owner, repo };
const base = `${mark}/base`;
const { rest, paginate } = new Octokit({ auth: token, ...(baseUrl && { baseUrl }) });

async function open(): Promise<ForgeStand> {
  const { data } = await rest.repos.get(at);
  const isScratch = /scratch/i.test(data.name) || (data.topics ?? []).includes('slipway-scratch');
  assertScratch(repository, isScratch, 'Give the repository the topic "slipway-scratch", or a name with "scratch" in it');

  const forge = fromEnvironment(process.env);
  const { data: account } = await rest.users.getAuthenticated();
  let outcome: 'success' | 'failure' = 'success';
  const commit: ForgeStand['commit'] = async ({ branch, path, text, message }) => {
    const there = await forge.branches.find(repository, branch);
    const parent = there ?? (await forge.branches.find(repository, branch === base ? data.default_branch : base))!;
    const sha = await forge.branches.write({ repository, parent, path, text, message, date: new Date().toISOString().replace(/\.\d+Z$/, 'Z') });
    if (there) await rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha });
    else await rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha });
    return sha;
  };
  for (const path of ['README.md', 'one.txt', 'two.txt']) await commit({ branch: base, path, text: `${path} of ${mark}\n`, message: `Add ${path}` });
  const controller = carryOutDeployments(() => outcome);

  const finishChecks: ForgeStand['finishChecks'] = async (sha, verdict) => {
    await rest.repos.createCommitStatus({ ...at, sha, context: 'slipway-live', state: verdict === 'green' ? 'success' : 'failure' });
  };
  return {
    forge,
    repository,
    base,
    prefix: mark,
    patienceMs: 180_000,
    login: account.login,
    workflow: { file: workflow, inputs: (key) => ({ release_key: key, outcome }) },
    commit,
    finishChecks,
    readyToMerge: (sha) => finishChecks(sha, 'green'),
    async decideDeployments(decided) {
      outcome = decided;
    },
    async close() {
      await controller.stop();
      await cleanUp();
    },
  };
}

/** Stands in for the controller that carries deployments out: those of this run get their end, whoever else reports in between. */
function carryOutDeployments(outcome: () => 'success' | 'failure') {
  const over = new AbortController();
  const ended = new Set<number>();
  const running = (async () => {
    while (!over.signal.aborted) {
      const { data } = await rest.repos.listDeployments({ ...at, per_page: 30 });
      for (const { id } of data.filter(({ id, task }) => !ended.has(id) && task.startsWith(mark))) {
        await rest.repos.createDeploymentStatus({ ...at, deployment_id: id, state: outcome() });
        const [newest] = (await rest.repos.listDeploymentStatuses({ ...at, deployment_id: id, per_page: 1 })).data;
        if (newest?.state === 'success' || newest?.state === 'failure') ended.add(id);
      }
      await sleep(1_000, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}

/** Closed pull requests, runs and deployments stay: GitHub has no way to remove the first. */
async function cleanUp(): Promise<void> {
  const open = await paginate(rest.pulls.list, { ...at, state: 'open', per_page: 100 });
  for (const { number } of open.filter(({ head }) => head.ref.startsWith(mark))) await rest.pulls.update({ ...at, pull_number: number, state: 'closed' });
  const refs = await paginate(rest.git.listMatchingRefs, { ...at, ref: `heads/${mark}`, per_page: 100 });
  for (const { ref } of refs) await rest.git.deleteRef({ ...at, ref: ref.replace(/^refs\//, '') });
}

describeForge(`GitHub, in ${repository}`, open);
