import { activityInfo } from '@temporalio/activity';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { shaPattern, shortSha } from '../../domain/code/commit.ts';
import { notYet, tryAgain } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';

export interface CodeQuestion {
  readonly component: string;
  /** Its repository, and the commit that is asked for. */
  readonly source: Repository;
  readonly commit: Sha;
  readonly downstream: { readonly repository: Repository; readonly versionFile: string };
  readonly environment: string;
  /** Where it is seen what runs there. */
  readonly deployed: { readonly kind: 'deployment' } | { readonly kind: 'url'; readonly url: string };
}

export type CodeAnswer =
  | { readonly kind: 'deployed'; readonly at: Sha }
  /** `missing`: the newest of the commits up to the one asked for that are not deployed, newest first. */
  | { readonly kind: 'undeployed'; readonly at?: Sha; readonly missing: readonly Commit[]; readonly total: number };

const mostMissing = 10;

const hash = /\b[0-9a-f]{40}\b/;

/** Whether an environment runs a commit of a component: what it runs, and the ancestry of that. */
export function createDeployedCode({ forge, environments }: Pick<Ports, 'forge' | 'environments'>) {
  /** From now on the environment wakes this workflow by each deployment. */
  async function followEnvironment({ environment }: Pick<CodeQuestion, 'environment'>): Promise<void> {
    const { taskQueue, workflowExecution } = activityInfo();
    await environments.follow(environment, workflowExecution!.workflowId, taskQueue);
  }

  async function deployedCode(question: CodeQuestion): Promise<CodeAnswer> {
    const { source, commit } = question;
    const at = question.deployed.kind === 'url' ? await shownAt(question.deployed.url, question) : await deployedLast(question);
    if (!at) return { kind: 'undeployed', missing: [], total: 0 };
    const { diverged } = await forge.commits.range(source, commit, at);
    if (!diverged) return { kind: 'deployed', at };
    const { commits, total } = await forge.commits.range(source, at, commit);
    return { kind: 'undeployed', at, missing: commits.slice(0, mostMissing), total };
  }

  /** Looks once. @throws `NotYet` until the commit is deployed. */
  async function codeDeployed(question: CodeQuestion): Promise<void> {
    const why = lack(question, await deployedCode(question));
    if (why !== undefined) throw notYet(why);
  }

  /** What a service says of itself is believed before what anybody remembers. */
  async function shownAt(url: string, { downstream }: CodeQuestion): Promise<Sha | undefined> {
    const product = await readHash(url);
    return product && pinnedAt(downstream, product);
  }

  /** The environment remembers what Slipway has deployed, by whatever mechanism; the forge its deployments, whoever made them. The later one counts. */
  async function deployedLast({ component, downstream, environment }: CodeQuestion): Promise<Sha | undefined> {
    const [record, newest] = await Promise.all([environments.record(environment), forge.deployments.current(downstream.repository, environment)]);
    const ours = record?.deployed[component];
    if (ours && (!newest || Date.parse(newest.at) <= Date.parse(ours.since))) return ours.candidate;
    return newest && pinnedAt(downstream, newest.sha);
  }

  async function pinnedAt({ repository, versionFile }: CodeQuestion['downstream'], product: Sha): Promise<Sha | undefined> {
    const text = (await forge.commits.read(repository, versionFile, product))?.trim();
    return text !== undefined && shaPattern.test(text) ? text : undefined;
  }

  return { followEnvironment: beating(followEnvironment), deployedCode, codeDeployed };
}

/** What is there instead of the commit; undefined if that is there. */
export function lack({ environment, commit }: CodeQuestion, answer: CodeAnswer): string | undefined {
  if (answer.kind === 'deployed') return undefined;
  return `${environment} runs ${answer.at ? shortSha(answer.at) : 'nothing that is known'}, without ${shortSha(commit)}`;
}

/** The hash that a running service shows at an address, as GitLab's help page does: the first 40 hex digits there; undefined where it shows none. */
async function readHash(url: string, { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<Sha | undefined> {
  const unavailable = (why: string) => tryAgain('Unavailable', `${url} does not tell what is deployed: ${why}`);
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).catch((cause: Error) => {
    throw unavailable(cause.message);
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw unavailable(`it answered ${response.status}`);
  return hash.exec(await response.text())?.[0];
}
