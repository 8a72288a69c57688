import type { Sha } from '../../domain/code/commit.ts';
import { claimExample, freezeNews, granting, superseding } from '../../domain/environments/claim.ts';
import type { Deployed, Frozen } from '../../domain/environments/claim.ts';
import { environmentFrozen, granted, superseded } from '../environments/messages.ts';
import { hear } from '../release/inbox.ts';
import type { StatusKeeper } from '../release/status.ts';

export interface Grant {
  readonly fence: number;
  /** What the component ran there before. */
  readonly previous?: Deployed;
}

export interface Delivery {
  /** Business key: carried by the run's name or the deployment's task. */
  readonly key: string;
  readonly candidate: Sha;
  readonly sha: Sha;
}

export type Leases = ReturnType<typeof openLeases>;

/** Hears what environments say to this release. */
export function openLeases(status: StatusKeeper) {
  const grants = new Map<string, Grant>();
  const rivals = new Map<string, string>();
  const freezes = new Map<string, Frozen>();

  const { key, release: by } = claimExample;
  hear(granted, status, {
    schema: granting,
    example: { key, fence: 7 },
    about: "Sent by an environment: it is this release's turn",
    accept: (grant) => void grants.set(grant.key, grant),
  });
  hear(superseded, status, {
    schema: superseding,
    example: { key, by },
    about: "Sent by an environment: a newer candidate has taken this one's place",
    accept: (lost) => void rivals.set(lost.key, lost.by),
  });
  hear(environmentFrozen, status, {
    schema: freezeNews,
    example: { environment: 'production', frozen: { reason: 'why' } },
    about: 'Sent by an environment while the release has it: it was frozen, or thawed',
    accept: ({ environment, frozen }) => void (frozen ? freezes.set(environment, frozen) : freezes.delete(environment)),
  });

  return {
    grants,
    rivals,
    frozen: (environment: string) => freezes.get(environment),
    /** What an environment said before it was asked for again counts no more. */
    forget(environment: string, claim: string): void {
      freezes.delete(environment);
      grants.delete(claim);
    },
  };
}

export function whyFrozen({ reason, by, until }: Frozen): string {
  return ` (${reason}${by ? `, by ${by}` : ''}${until ? `, until ${until}` : ''})`;
}
