import { activityInfo } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Outstanding } from '../../domain/environments/outstanding.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { promotionKey } from '../../domain/release/keys.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { containment } from '../environments/containment.ts';
import { readOutstanding } from '../environments/outstanding.ts';

/** A candidate that has come to the gate of a stage. */
export interface AtGate {
  readonly release: string;
  readonly component: string;
  readonly candidate: Sha;
  readonly stage: string;
  /** The repository of its commits. */
  readonly source: Repository;
  readonly environment: string;
  /** Where it is deployed from. */
  readonly repository: Repository;
}

export interface Gate {
  /** The release of a newer candidate that has come as far. */
  readonly by?: string;
  /** What people would let in; or why nobody can tell. */
  readonly brings?: Outstanding | { readonly unknown: string };
}

const mostAttempts = 5;

export function createGates(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'releases'>) {
  const { forge, releases } = ports;
  const { comesAfter } = containment(forge);
  const { outstanding } = readOutstanding(ports);

  /**
   * Lets the newest candidate of a component wait alone at a gate: releases of older ones that wait there are told that it takes their place.
   * Answers what it would bring: that is more than its own release has, where one before it was stopped on its way.
   */
  async function clearGate({ release, stage, environment, repository, ...on }: AtGate): Promise<Gate> {
    const { component, candidate, source } = on;
    for (const { release: other, status } of await releases.running(component)) {
      if (other === release || kindOf(other) !== kindOf(release) || status?.candidate === undefined || status.candidate === candidate || !hasCome(status, stage)) continue;
      const [isHeld, holds] = [await comesAfter(source, candidate, status.candidate), await comesAfter(source, status.candidate, candidate)];
      if (isHeld && !holds) return { by: other };
      if (holds && !isHeld && waitsAt(status, stage)) await releases.supersede(other, { key: promotionKey({ id: other, candidate: status.candidate }, stage), by: release });
    }
    const brings = await outstanding({ ...on, environment, repository }).catch(giveUp);
    return brings ? { brings } : {};
  }

  /** People are asked also while nobody tells what an environment runs. */
  function giveUp(failure: Error): Gate['brings'] {
    if (activityInfo().attempt < mostAttempts) throw failure;
    return { unknown: failure.message };
  }

  return { clearGate: beating(clearGate) };
}

function waitsAt({ stages, state }: ReleaseStatus, stage: string): boolean {
  return state === 'approval' && stages.some(({ name, mark }) => name === stage && mark === 'approval');
}

function hasCome({ stages }: ReleaseStatus, stage: string): boolean {
  return stages.some(({ name, mark }) => name === stage && ['approval', 'queued', 'promoting', 'soaking', 'done'].includes(mark));
}

/** A component may be released in several ways, which know nothing of each other. */
function kindOf(release: string): string {
  return release.slice(0, release.indexOf('/'));
}
