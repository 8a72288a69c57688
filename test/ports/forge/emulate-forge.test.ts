import { Octokit } from '@octokit/rest';
import { asSha } from '../../../domain/code/commit.ts';
import { connectGitHub } from '../../../ports/forge/github/github.ts';
import { startEmulate } from '../emulate.ts';
import { describeForge } from './contract.ts';
import type { ForgeStand } from './contract.ts';

const [owner, repo] = ['acme', 'app'];
const seed = {
  tokens: { 'bot-token': { login: 'slipway-bot', scopes: ['repo'] }, 'person-token': { login: 'ann', scopes: ['repo'] } },
  github: {
    users: [{ login: 'slipway-bot', name: 'Slipway' }, { login: 'ann', name: 'Ann' }],
    orgs: [{ login: owner, members: [{ login: 'slipway-bot', role: 'admin' }, { login: 'ann', role: 'admin' }] }],
    repos: [{ owner, name: repo, auto_init: true }],
  },
};

async function open(): Promise<ForgeStand> {
  const server = await startEmulate('github', seed);
  const { rest } = new Octokit({ baseUrl: server.url, auth: 'person-token' });

  async function headOf(branch: string): Promise<string | undefined> {
    const { data } = await rest.git.listMatchingRefs({ owner, repo, ref: `heads/${branch}` });
    return data.find(({ ref }) => ref === `refs/heads/${branch}`)?.object.sha;
  }

  return {
    forge: connectGitHub({ baseUrl: server.url, token: 'bot-token', writeIntervalMs: 0 }),
    repository: `${owner}/${repo}`,
    base: 'main',
    prefix: 'contract',
    login: 'slipway-bot',
    workflow: { file: 'deploy.yml', inputs: (key) => ({ key }) },
    async commit({ branch, path, text, message }) {
      const main = await headOf('main');
      const head = await headOf(branch);
      if (!head) await rest.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha: main! });
      const parent = await rest.git.getCommit({ owner, repo, commit_sha: head ?? main! });
      const tree = await rest.git.createTree({ owner, repo, base_tree: parent.data.tree.sha, tree: [{ path, mode: '100644', type: 'blob', content: text }] });
      const commit = await rest.git.createCommit({ owner, repo, message, tree: tree.data.sha, parents: [parent.data.sha] });
      await rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha: commit.data.sha });
      return asSha(commit.data.sha);
    },
    async finishChecks(sha, verdict) {
      const conclusion = verdict === 'green' ? 'success' : 'failure';
      await rest.checks.create({ owner, repo, name: 'test', head_sha: sha, status: 'completed', conclusion });
    },
    async readyToMerge() {},
    async decideDeployments() {},
    close: () => server.stop(),
  };
}

const noGraphql = 'has no GraphQL (404)';
const noStatuses = 'has no commit statuses (404)';
const noWorkflows = 'has no way to create a workflow (404)';
const noDeployments = 'has no deployments (404)';
const takesHead = "takes the head's tree for the merged one";

describeForge('emulate', open, {
  'a branch advances to a descendant': noGraphql,
  'a branch that somebody has moved is a conflict, and stays where it is': noGraphql,
  'its body is rewritten, and its files are listed': 'lists no files',
  'a second one for the same branches is a conflict': 'opens any number of pull requests for the same branches',
  'one without a difference is refused': 'opens a pull request without commits',
  'one is closed, and closing it again changes nothing': "does not serve a pull request's issue, which tells who closed it",
  'one that would not merge by itself is kept from it without a write': noGraphql,
  'a merge keeps what the base has gained since': takesHead,
  'a conflict with the base is told as one': takesHead,
  'a head that moved is not merged': "does not move a pull request's head when its branch moves",
  'a pipeline that ends green is seen as such': noStatuses,
  'a pipeline that ends red is seen as such': noStatuses,
  'a run that ends with success is found by its key, and followed': noWorkflows,
  'a run that ends with failure is found by its key, and followed': noWorkflows,
  'of two runs with the same key the older comes first': noWorkflows,
  'a run may be cancelled, also when it has ended': noWorkflows,
  'a deployment that ends with success is found by its key, and followed': noDeployments,
  'a deployment that ends with failure is found by its key, and followed': noDeployments,
  'of two deployments with the same key the older comes first, and the other may be retired': noDeployments,
  'a workflow can be dispatched, or is not there': noWorkflows,
  'one that succeeded has succeeded, also when another one has taken its place': noDeployments,
});
