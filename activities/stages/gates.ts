import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { promotionKey } from '../../domain/release/keys.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';

/** A candidate that has come to the gate of a stage. */
export interface AtGate {
  readonly release: string;
  readonly component: string;
  readonly candidate: Sha;
  readonly stage: string;
  /** The repository of its commits. */
  readonly source: Repository;
}

export function createGates({ forge, releases }: Pick<Ports, 'forge' | 'releases'>) {
  /**
   * Lets the newest candidate of a component wait alone at a gate: releases of older ones that wait there are told that it takes their place.
   *
   * @returns the release of a newer one that has come as far
   */
  async function clearGate({ release, component, candidate, stage, source }: AtGate): Promise<string | undefined> {
    for (const { release: other, status } of await releases.running(component)) {
      if (other === release || kindOf(other) !== kindOf(release) || status?.candidate === undefined || status.candidate === candidate || !hasCome(status, stage)) continue;
      if (!(await forge.commits.range(source, candidate, status.candidate)).diverged) return other;
      const isOlder = !(await forge.commits.range(source, status.candidate, candidate)).diverged;
      if (isOlder && waitsAt(status, stage)) await releases.supersede(other, { key: promotionKey({ id: other, candidate: status.candidate }, stage), by: release });
    }
    return undefined;
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
