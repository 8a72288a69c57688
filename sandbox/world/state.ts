import type { Application } from '../argocd/application.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Gcs } from '../gcs/emulator.ts';
import type { Repository, User } from '../github/state.ts';
import type { Features, Hundred } from '../gitlab/gates.ts';
import type { Holds } from './holds.ts';
import type { Journal } from './journal.ts';
import type { Ticket } from '../jira/ticket.ts';
import type { Outcomes } from './outcomes.ts';
import type { Channel } from '../slack/channels.ts';

export interface World {
  readonly name: string;
  readonly url: string;
  readonly dir: string;
  readonly latencyMs: { ci: number; run: number; deployment: number };
  readonly state: WorldState;
  readonly users: Map<string, User>;
  /** Logins of the members, by `org/team`. */
  readonly teams: Map<string, readonly string[]>;
  /** By the number of their installation. */
  readonly apps: Map<number, App>;
  readonly installationTokens: Map<string, InstallationToken>;
  readonly gitlab: { hundred: Hundred };
  readonly gcs: Gcs;
  readonly health: Map<string, HealthState>;
  readonly consequences: Consequences;
  readonly outcomes: Outcomes;
  readonly limits: Limits;
  readonly webhooks: Deliveries;
  readonly requests: RequestRecord[];
  readonly violations: unknown[];
  readonly clock: Clock;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly replicas: Replicas;
  nextId(): number;
  /** Runs acts that change the world one at a time. Not reentrant. */
  exclusively<T>(act: () => Promise<T> | T): Promise<T>;
}

export interface RequestRecord {
  readonly at: string;
  readonly method: string;
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly operation: string;
  readonly conditional: boolean;
  /** The login behind the token; never the token. */
  readonly credential: string;
}

/** Everything a client can read back. Plain data, so that a lagging replica is a copy of it. */
export interface WorldState {
  /** By `owner/name`. */
  readonly repositories: Map<string, Repository>;
  /** By name, without `#`. */
  readonly channels: Map<string, Channel>;
  /** What the last successful deployment put on each environment. */
  readonly environments: Map<string, { repository: string; sha: string }>;
  /** Feature flags, by GitLab. */
  readonly features: Map<string, Features>;
  /** What Argo CD runs, by application. */
  readonly applications: Map<string, Application>;
  /** Jira's issues, by their keys. */
  readonly tickets: Map<string, Ticket>;
}

/** An app, installed for all of the world's repositories. */
export interface App {
  readonly id: string;
  readonly installation: number;
  /** PEM. */
  readonly publicKey: string;
  /** How long a token of its installation lives. */
  readonly tokenSeconds: number;
}

export interface InstallationToken {
  readonly bot: User;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** What GitHub does by itself after something has happened. The acts know only this, not each other. */
export interface Consequences {
  refMoved(world: World, repository: Repository, move: Move): Promise<void>;
  ciFinished(world: World, repository: Repository): Promise<void>;
}

export interface Move {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly by: User;
}

export interface Limits {
  /** Counts one request; false when there was none left. */
  take(login: string): boolean;
  /** A conditional request that found nothing new costs nothing. */
  giveBack(login: string): void;
  headers(login: string): Record<string, string>;
}

export interface Deliveries {
  readonly log: readonly Delivery[];
  hook(hook: Hook): void;
  isWanted(): boolean;
  send(event: string, payload: unknown): void;
}

export interface Delivery {
  readonly event: string;
  readonly id: string;
  readonly url: string;
  /** The receiver's status; 0 when it could not be reached. */
  readonly status: number;
}

export interface Hook {
  readonly url: string;
  readonly secret: string;
  readonly mode: 'normal' | 'lost' | 'duplicated' | 'reversed' | 'delayed';
  /** How many deliveries the mode is for; for all, if not given. */
  readonly times?: number | undefined;
  readonly delayMs?: number | undefined;
}

export type HealthState = 'healthy' | 'unhealthy' | 'silent';

/** Reads that lag behind writes, as GitHub's do. */
export interface Replicas {
  /** From now on, for so many seconds, reads of this scope see the state of this moment. */
  fallBehind(scope: string, seconds: number): void;
  /** What a read of this scope sees now. */
  view(scope: string): WorldState;
}
