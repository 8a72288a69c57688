import { countCommits, mergeTrees } from '../../git/history.ts';
import { json } from '../../http/exchange.ts';
import { effect } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { checkNames, stateOfCheck } from './check-state.ts';
import { followDeployment } from './controller.ts';
import { addDeploymentStatus, renderDeployment, renderDeploymentStatus } from './deployment.ts';
import { writeMerge } from '../pulls/write-merge.ts';
import { moveRef, refKey, resolveCommit } from '../code/refs.ts';
import { Refusal, notFound } from '../refusal.ts';
import type { Call, Handlers } from '../call.ts';
import type { Deployment, Repository } from '../state.ts';

export const deploymentHandlers = {
  'repos/create-deployment': create,
  'repos/list-deployments': list,
  'repos/get-deployment': (call) => json(200, renderDeployment(call.world, call.repository, deploymentOf(call))),
  'repos/create-deployment-status': createStatus,
  'repos/list-deployment-statuses': listStatuses,
} satisfies Handlers<
  'repos/create-deployment' | 'repos/list-deployments' | 'repos/get-deployment' | 'repos/create-deployment-status' | 'repos/list-deployment-statuses'
>;

async function create(call: Call<'repos/create-deployment'>) {
  const { world, repository, user, body } = call;
  const { task = 'deploy', environment = 'production', auto_merge: autoMerge = true } = body;
  const sha = await resolveCommit(repository, body.ref);
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${body.ref}`);
  if (autoMerge) {
    const merged = await mergeDefaultBranchInto(call, body.ref);
    if (merged) return json(202, { message: merged });
  }
  assertContexts(repository, sha, { ref: body.ref, required: body.required_contexts ?? undefined });

  const deployment = await perform(call, () =>
    effect(`deployment ${repository.fullName} ${environment} ${task}`, () => {
      const added: Deployment = {
        id: world.nextId(), sha, ref: body.ref, task, environment, payload: body.payload ?? {}, description: body.description ?? null,
        isProduction: body.production_environment ?? environment === 'production',
        isTransient: body.transient_environment ?? false,
        creator: user.login, at: world.clock.now(), statuses: [],
      };
      repository.deployments.push(added);
      followDeployment(world, repository, added);
      return added;
    }),
  );
  return json(201, renderDeployment(world, repository, deployment));
}

/** GitHub's trap: unless told otherwise, it first brings a deployed branch up to date, and then deploys nothing. */
async function mergeDefaultBranchInto(call: Call, ref: string): Promise<string | undefined> {
  const { world, repository, user } = call;
  const branch = repository.refs.get(`refs/heads/${ref}`);
  const base = repository.refs.get(`refs/heads/${repository.defaultBranch}`);
  if (branch === undefined || base === undefined) return undefined;
  if ((await countCommits(repository.gitDir, { from: base, excluding: branch })) === 0) return undefined;

  await perform(call, async () => {
    const merged = await mergeTrees(repository.gitDir, branch, base);
    if (merged.kind === 'conflict') throw new Refusal(409, `Conflict merging ${repository.defaultBranch} into ${ref}.`);
    return effect(refKey(repository, `refs/heads/${ref}`), async () => {
      const message = `Merge ${repository.defaultBranch} into ${ref}`;
      const to = await writeMerge(repository, { tree: merged.tree, parents: [branch, base], author: user, message });
      await moveRef(world, repository, { ref: `refs/heads/${ref}`, to, by: user });
    });
  });
  return `Auto-merged ${repository.defaultBranch} into ${ref} on deployment.`;
}

function assertContexts(repository: Repository, sha: string, { ref, required }: { ref: string; required: readonly string[] | undefined }): void {
  const contexts = (required ?? checkNames(repository, sha)).map((context) => ({ context, state: stateOfCheck(repository, sha, context) }));
  if (contexts.every(({ state }) => state === 'success')) return;
  throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`, [
    { resource: 'Deployment', field: 'required_contexts', code: 'invalid', contexts },
  ]);
}

function list(call: Call<'repos/list-deployments'>) {
  const { world, repository, query } = call;
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const wanted = repository.deployments
    .filter((one) => filters.every((name) => [null, 'none', one[name]].includes(query.get(name))))
    .toReversed();
  const { page, headers } = paginate(call, wanted);
  return { ...json(200, page.map((one) => renderDeployment(world, repository, one))), headers };
}

async function createStatus(call: Call<'repos/create-deployment-status'>) {
  const { world, repository, user, body } = call;
  const { environment, task } = deploymentOf(call);
  const status = await perform(call, () =>
    effect(`deployment-status ${repository.fullName} ${environment} ${task} ${body.state}`, () =>
      addDeploymentStatus(world, repository, deploymentOf(call), {
        state: body.state,
        creator: user.login,
        description: body.description ?? '',
        url: body.log_url ?? body.target_url ?? '',
        environmentUrl: body.environment_url ?? '',
        autoInactive: body.auto_inactive ?? true,
      }),
    ),
  );
  return json(201, renderDeploymentStatus(world, repository, deploymentOf(call), status));
}

function listStatuses(call: Call<'repos/list-deployment-statuses'>) {
  const deployment = deploymentOf(call);
  const { page, headers } = paginate(call, deployment.statuses.toReversed());
  return { ...json(200, page.map((status) => renderDeploymentStatus(call.world, call.repository, deployment, status))), headers };
}

function deploymentOf(call: Call): Deployment {
  const id = numberParam(call, 'deployment_id');
  const deployment = call.repository.deployments.find((one) => one.id === id);
  if (deployment === undefined) throw notFound();
  return deployment;
}
