import { ApplicationFailure } from '@temporalio/common';
import type { Sha } from '../../../domain/code/commit.ts';
import type { PipelineVerdict } from '../../../domain/code/pipeline.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import type { HealthCheck } from '../../../domain/stages/health-check.ts';
import type { Mechanism } from '../../../domain/stages/rules.ts';
import { toldWait } from '../../../domain/code/pipeline.ts';
import { notYet } from '../../../ports/failures.ts';
import type { Deployment } from '../../../ports/forge/deployments.ts';
import { sickOf } from '../../../ports/health/looks.ts';
import { launches } from '../../../ports/launch/launches.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { verdicts } from '../../changes/verdict.ts';
import { effect } from '../../effect.ts';
import { attemptBegan, serverTime } from '../../server-time.ts';

export interface GateRun {
  readonly repository: Repository;
  readonly branch: string;
  readonly environment: string;
  readonly sha: Sha;
  /** Business key, by which it is found again. */
  readonly key: string;
  readonly mechanism: Extract<Mechanism, { kind: 'workflow' }>;
}

/** What has to hold on stage before a release goes to production. */
export function createProductionGates(ports: Pick<Ports, 'forge' | 'health' | 'readLagMs'>) {
  const { forge, health, readLagMs } = ports;
  const launchBy = launches({ forge });
  const { verdictOf } = verdicts(forge);

  /** What CI says of a commit. @throws `NotYet` while it has not ended, or may still begin */
  async function commitVerdict({ repository, sha, required, patience, until }: { readonly repository: Repository; readonly sha: Sha; readonly required: readonly string[]; readonly patience: number; /** ms since 1970 */ readonly until: number }): Promise<PipelineVerdict> {
    const verdict = await verdictOf({ repository, sha, demand: { required, ignored: [], patience } });
    if (verdict.kind === 'pending' && serverTime() < until) throw notYet(`still waiting for ${toldWait(verdict)}`);
    return verdict;
  }

  /** Dispatches a run, once. One that only the push of a tag starts says so: that is to be followed instead. */
  async function startGate({ mechanism, ...target }: GateRun): Promise<Pick<Deployment, 'id' | 'url'> | 'byTag'> {
    const launch = launchBy[mechanism.kind];
    const text = await forge.commits.read(target.repository, `.github/workflows/${mechanism.workflow}`, target.branch);
    if (text !== undefined && !/\bworkflow_dispatch\b/.test(text)) return 'byTag';
    try {
      const { id, url } = await effect<Deployment>({ key: `gate ${target.key}`, lagMs: readLagMs, probe: async () => (await launch.find(mechanism, target))[0], act: () => launch.start(mechanism, target, { attempt: attemptBegan() }) });
      return { id, url };
    } catch (failure) {
      if (failure instanceof ApplicationFailure && failure.message.includes("'workflow_dispatch'")) return 'byTag';
      throw failure;
    }
  }

  /** @throws `NotYet` while it runs */
  async function gateRun({ repository, id }: { readonly repository: Repository; readonly id: number }): Promise<'succeeded' | 'failed'> {
    const { state, url } = await forge.workflowRuns.get(repository, id);
    if (state === 'running') throw notYet(`${url} is under way`);
    return state;
  }

  /** Looks once. @returns why it is not healthy, or can't be told to be */
  async function lookAtHealth({ check }: { readonly check: HealthCheck }): Promise<string | undefined> {
    const sick = await sickOf(health, [check]);
    return sick && `${sick.kind}: ${sick.reason}`;
  }

  return { commitVerdict, startGate: beating(startGate), gateRun, lookAtHealth };
}
