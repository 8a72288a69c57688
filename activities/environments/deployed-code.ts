import { activityInfo } from '@temporalio/activity';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { freezeOf } from './freezes.ts';
import { runningCode } from './running-code.ts';
import type { RunningQuestion } from './running-code.ts';

export interface CodeQuestion extends RunningQuestion {
  /** The commit that is asked for. */
  readonly commit: Sha;
}

export type CodeAnswer =
  | { readonly kind: 'deployed'; readonly at: Sha }
  /** `missing`: the newest of the commits up to the one asked for that are not deployed, newest first. */
  | { readonly kind: 'undeployed'; readonly at?: Sha; readonly missing: readonly Commit[]; readonly total: number };

/** `frozen`: why nothing may go up there now. */
export type SeenCode = CodeAnswer & { readonly frozen?: string };

const mostMissing = 10;

/** Whether an environment runs a commit of a component: what it runs, and the ancestry of that. */
export function readDeployedCode({ forge, environments }: Pick<Ports, 'forge' | 'environments'>): (question: CodeQuestion) => Promise<CodeAnswer> {
  const { runs } = runningCode({ forge, environments });

  return async function read(question) {
    const { source, commit } = question;
    const at = await runs(question);
    if (!at) return { kind: 'undeployed', missing: [], total: 0 };
    const { diverged } = await forge.commits.range(source, commit, at);
    if (!diverged) return { kind: 'deployed', at };
    const { commits, total } = await forge.commits.range(source, at, commit);
    return { kind: 'undeployed', at, missing: commits.slice(0, mostMissing), total };
  };
}

export function createDeployedCode(ports: Pick<Ports, 'catalog' | 'forge' | 'environments'>) {
  const { environments } = ports;
  const read = readDeployedCode(ports);

  /** From now on the environment wakes this workflow by each deployment. */
  async function followEnvironment({ environment }: Pick<CodeQuestion, 'environment'>): Promise<void> {
    const { taskQueue, workflowExecution } = activityInfo();
    await environments.follow(environment, workflowExecution!.workflowId, taskQueue);
  }

  async function deployedCode(question: CodeQuestion): Promise<SeenCode> {
    const [answer, frozen] = await Promise.all([read(question), freezeOf(ports, question.environment)]);
    return { ...answer, ...(frozen !== undefined && { frozen }) };
  }

  /** Looks once. @throws `NotYet` until the commit is deployed. */
  async function codeDeployed(question: CodeQuestion): Promise<void> {
    const why = lack(question, await read(question));
    if (why !== undefined) throw notYet(why);
  }

  return { followEnvironment: beating(followEnvironment), deployedCode, codeDeployed };
}

/** What is there instead of the commit; undefined if that is there. */
export function lack({ environment, commit }: CodeQuestion, answer: CodeAnswer): string | undefined {
  if (answer.kind === 'deployed') return undefined;
  return `${environment} runs ${answer.at ? shortSha(answer.at) : 'nothing that is known'}, without ${shortSha(commit)}`;
}
