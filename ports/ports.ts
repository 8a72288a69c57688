import type { ArtifactStore } from './artifacts/store.ts';
import type { ApprovalKeys } from './keys/approval-keys.ts';
import type { CatalogSource, Channels } from './catalog/catalog.ts';
import type { Chat } from './chat/chat.ts';
import type { Components } from './temporal/components.ts';
import type { Environments } from './temporal/environments.ts';
import type { FlagBackends } from './flags/backend.ts';
import type { Git } from './git/git.ts';
import type { Forge } from './forge/forge.ts';
import type { Holders } from './temporal/holders.ts';
import type { HealthProbe } from './health/probe.ts';
import type { TellProgress } from './temporal/progress.ts';
import type { TellOutage } from './temporal/outages.ts';
import type { Packages } from './packages/packages.ts';
import type { Records } from './records/records.ts';
import type { RunningReleases } from './temporal/running-releases.ts';
import type { TemporalServer } from './temporal/temporal-server.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { IssueTracker } from './issues/tracker.ts';
import type { Registry } from './registry/registry.ts';

/** What the activities touch the world through. */
export interface Ports {
  readonly catalog: CatalogSource;
  readonly channels: Channels;
  readonly forge: Forge;
  readonly git: Git;
  readonly packages: Packages;
  readonly chat: Chat;
  readonly health: HealthProbe;
  readonly flags: FlagBackends;
  readonly artifacts: ArtifactStore;
  /** Each of these three is there where one is configured. */
  readonly registry?: Registry | undefined;
  readonly issues?: IssueTracker | undefined;
  readonly cluster?: Cluster | undefined;
  readonly releases: RunningReleases;
  readonly tellProgress: TellProgress;
  readonly tellOutage: TellOutage;
  readonly environments: Environments;
  readonly components: Components;
  readonly holders: Holders;
  readonly server: TemporalServer;
  /** What people sign their decisions with. */
  readonly approvalKeys: ApprovalKeys;
  /** None, where no place for them is configured. */
  readonly records?: Records | undefined;
  /** A workflow's page in the Temporal UI, where it is known which UI that is. */
  readonly pageOf: (workflowId: string) => string | undefined;
  /** How long lists of the forge and the chat may lag behind a write, in ms. */
  readonly readLagMs: number;
  /** How long it is doubted that something is missing or forbidden, in ms, before people are asked. */
  readonly doubtMs: number;
  /** How long a service may not answer, in ms, until whoever waits for it hears of that. */
  readonly silenceMs: number;
}
