import { setTimeout as sleep } from 'node:timers/promises';
import { QueryNotRegisteredError } from '@temporalio/client';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Outcome } from '../../domain/outcome.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { componentId } from '../../domain/people/objection.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { lift } from '../../workflows/component/messages.ts';
import { approve, decide, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { pinnedIn } from '../worlds.ts';
import type { World } from '../worlds.ts';
import type { Scene } from './calamities.ts';

export type Component = 'gitaly' | 'monitor';

/** One release of a trial, as it went. */
export interface Past {
  readonly id: string;
  readonly component: Component;
  /** How it was to end, where no other release has been quicker. */
  readonly meant: 'released' | 'rolledBack' | 'rejected';
  readonly outcome: Outcome;
  readonly status: ReleaseStatus;
  /** How many effects there were when somebody who may approve production did; none where nobody did. */
  readonly approvedAfter?: number;
}

interface Wish {
  readonly component: Component;
  readonly sha?: string;
  readonly meant?: Past['meant'];
}

/** Releases both components at the same time, and then plays the scene. */
export async function liveThrough(client: Client, world: World, scene: Scene): Promise<readonly Past[]> {
  const before = await pinnedIn(world);
  const both = (sha?: string) => Promise.all((['gitaly', 'monitor'] as const).map((component) => release({ component, ...(sha !== undefined && { sha }) })));
  const first = await both();
  return [...first, ...(await play())];

  async function play(): Promise<readonly Past[]> {
    if (scene === 'again') return both(await fix());
    if (scene === 'reverted') {
      await commit('gitlab-org/gitlab', { GITALY_SERVER_VERSION: `${before}\n` }, 'Revert "Update Gitaly version"');
      return [await release({ component: 'gitaly', sha: first[0]!.status.candidate! })];
    }
    const sha = await fix();
    if (scene === 'rolledBack') await world.control('deployments', { environment: 'canary', outcome: 'failure', times: 1 });
    const stopped = await release({ component: 'gitaly', sha, meant: scene });
    await persist(() => client.workflow.getHandle(componentId('gitaly')).signal(lift.signal, { by: 'alice' }));
    return [stopped, await release({ component: 'gitaly', sha })];
  }

  function fix(): Promise<string> {
    return commit('gitlab-org/gitaly', { 'fix.go': 'x' }, 'Fix');
  }

  async function commit(repository: string, files: Readonly<Record<string, string>>, message: string): Promise<string> {
    const { sha } = await world.control<{ sha: string }>('commit', { repository, branch: 'master', files, message });
    return sha;
  }

  async function release({ component, sha, meant = 'released' }: Wish): Promise<Past> {
    const handle = client.workflow.getHandle(await begun(client, world.name, { component, ...(sha !== undefined && { sha }) }));
    let approvedAfter: number | undefined;
    for (; ; await sleep(500)) {
      const { status: known, searchAttributes } = await persist(() => handle.describe());
      if (known.name !== 'RUNNING') break;
      // What was taken off again is null.
      const waitingFor = (searchAttributes['WaitingFor'] as (string | null)[] | undefined)?.[0] ?? '';
      if (waitingFor.startsWith('approval of production')) {
        if (meant === 'rejected') {
          await say(() => handle.signal(reject.signal, { stage: 'production', by: 'bob', reason: 'incident' }));
          continue;
        }
        // Whoever has started it may not.
        await say(() => handle.signal(approve.signal, { stage: 'production', by: 'alice' }));
        await sleep(500);
        approvedAfter ??= (await world.journal()).length;
        await say(() => handle.signal(approve.signal, { stage: 'production', by: 'bob' }));
      } else {
        await answer(handle, meant);
      }
    }
    const outcome = (await persist(() => handle.result())) as Outcome;
    return { id: handle.workflowId, component, meant, outcome, status: await persist(() => handle.query(status)), ...(approvedAfter !== undefined && { approvedAfter }) };
  }
}

/** Decides what somebody is asked to: what is meant, or else that it is tried again. */
async function answer(handle: WorkflowHandle, meant: Past['meant']): Promise<void> {
  const asked = await handle.query(status).then(({ waitingFor }) => waitingFor, () => undefined);
  const offered = (asked?.whom === undefined ? [] : (asked.send ?? [])).filter(({ message, to }) => message === decide.name && to === undefined).map(({ payload }) => payload as Choice);
  const wanted = [...(meant === 'rolledBack' ? ['rollback'] : []), 'retry'].flatMap((choice) => offered.filter((one) => one.choice === choice));
  const [chosen = offered[0]] = wanted;
  if (!chosen) return;
  await say(() => handle.signal(decide.signal, { ...chosen, by: 'bob', reason: 'by chance' }));
  await sleep(1_000);
}

/** Begins a release, as often as it takes until there is something to release. Answers its id. */
async function begun(client: Client, taskQueue: string, request: { readonly component: Component; readonly sha?: string }): Promise<string> {
  for (let count = 0; ; count++) {
    const workflowId = `start/${request.component}/${request.sha ?? ''}/${Date.now()}`;
    const handle = await persist(() => client.workflow.start('componentRelease', { workflowId, taskQueue, args: [{ ...request, by: 'alice' }], workflowIdConflictPolicy: 'USE_EXISTING' }));
    const outcome = (await persist(() => handle.result())) as Outcome;
    if (outcome.kind === 'handedOver') return outcome.to;
    if (count > 30) throw new Error(`${request.component} is not begun: ${JSON.stringify(outcome)}`);
    await sleep(1_000);
  }
}

/** Says something to a release, unless that has ended: another may have overtaken it. */
async function say(signal: () => Promise<void>): Promise<void> {
  await persist(signal).catch((failure: Error) => {
    if (failure.name !== 'WorkflowNotFoundError') throw failure;
  });
}

/** A person tries again while Temporal does not answer; not where what he asked for has failed. */
export async function persist<T>(ask: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + 60_000; ; await sleep(500)) {
    try {
      return await ask();
    } catch (error) {
      const isFinal = error instanceof QueryNotRegisteredError || ['WorkflowFailedError', 'WorkflowNotFoundError'].includes((error as Error).name);
      if (isFinal || Date.now() > until) throw error;
    }
  }
}
