import { createAuthors } from './authors.ts';
import type { ArtifactStore } from './artifacts/store.ts';
import type { ApprovalKeys } from './approval-keys.ts';
import type { CatalogSource } from './catalog/catalog.ts';
import type { Chat } from './chat/chat.ts';
import type { Environments } from './environments.ts';
import { createDiagnosis } from './diagnosis.ts';
import { createDecisionTokens } from './decision-tokens.ts';
import { createDeployedCode } from './deployed-code.ts';
import { createFlagDesk } from './flag-desk.ts';
import type { FlagBackends } from './flags/backend.ts';
import type { Forge } from './forge/forge.ts';
import type { HealthProbe } from './health/probe.ts';
import { createHindrances } from './hindrances.ts';
import { createLeases } from './leases.ts';
import { createPastReleases } from './past-releases.ts';
import { createPipelines } from './pipelines.ts';
import { createPlanning } from './planning.ts';
import type { TellProgress } from './progress.ts';
import { createPromotions } from './promotions.ts';
import { createPullRequests } from './pull-requests.ts';
import { beating } from './pulse.ts';
import { createReports } from './reports.ts';
import { createRolloutIssues } from './rollout-issues.ts';
import { createRolloutPlanning } from './rollout-planning.ts';
import { createRollouts } from './rollouts.ts';
import type { Records } from './records/records.ts';
import type { RunningReleases } from './running-releases.ts';
import { createSchemas } from './schemas.ts';
import { createSoaks } from './soaks.ts';
import type { TemporalServer } from './temporal-server.ts';
import { createWhereabouts } from './whereabouts.ts';
import { createWrittenVotes } from './written-votes.ts';

/** What the activities touch the world through. */
export interface Ports {
  readonly catalog: CatalogSource;
  readonly forge: Forge;
  readonly chat: Chat;
  readonly health: HealthProbe;
  readonly flags: FlagBackends;
  readonly artifacts: ArtifactStore;
  readonly releases: RunningReleases;
  readonly tellProgress: TellProgress;
  readonly environments: Environments;
  readonly server: TemporalServer;
  /** What people sign their decisions with. */
  readonly approvalKeys: ApprovalKeys;
  /** None, where no place for them is configured. */
  readonly records?: Records | undefined;
  /** How long lists of the forge and the chat may lag behind a write, in ms. */
  readonly readLagMs: number;
}

/** The verbs that a workflow may use. Those that write heartbeat, so that they notice a cancellation and a takeover. */
export function createActivities(ports: Ports) {
  const { openPullRequest, amendPullRequest, updatePullRequest, approvePullRequest, letMerge, keepFromMerging, enqueuePullRequest, withdrawPullRequest, mergePullRequest } = createPullRequests(ports);
  const { rerunFailed, ...lookingAtPipelines } = createPipelines(ports);
  const { keepRecord, pastReleases } = createPastReleases(ports);
  const { report, announce, commentOnPullRequest, openFlakyTestIssue } = createReports(ports);
  const { promote, deployed } = createPromotions(ports);
  const { setFlag, restoreFlag, ...looking } = createRollouts(ports);
  const { followEnvironment, deployedCode, codeDeployed } = createDeployedCode(ports);
  const { hindrance, unhindered } = createHindrances(ports);
  const { openRolloutIssue, followRolloutIssue, askForRemoval } = createRolloutIssues(ports);
  const { claimEnvironment, leaveEnvironment, holderGone, ...surveys } = createLeases(ports);
  return {
    ...createPlanning(ports),
    ...lookingAtPipelines,
    ...createSoaks(ports),
    ...createAuthors(ports),
    ...createWrittenVotes(ports),
    ...createDecisionTokens(ports),
    ...surveys,
    deployed,
    openPullRequest: beating(openPullRequest),
    amendPullRequest: beating(amendPullRequest),
    updatePullRequest: beating(updatePullRequest),
    approvePullRequest: beating(approvePullRequest),
    letMerge: beating(letMerge),
    keepFromMerging: beating(keepFromMerging),
    enqueuePullRequest: beating(enqueuePullRequest),
    rerunFailed: beating(rerunFailed),
    withdrawPullRequest: beating(withdrawPullRequest),
    mergePullRequest: beating(mergePullRequest),
    promote: beating(promote),
    claimEnvironment: beating(claimEnvironment),
    leaveEnvironment: beating(leaveEnvironment),
    holderGone: beating(holderGone),
    ...createRolloutPlanning(ports),
    deployedCode,
    codeDeployed,
    followEnvironment: beating(followEnvironment),
    ...looking,
    hindrance,
    unhindered,
    ...createFlagDesk(ports),
    setFlag: beating(setFlag),
    restoreFlag: beating(restoreFlag),
    openRolloutIssue: beating(openRolloutIssue),
    followRolloutIssue: beating(followRolloutIssue),
    askForRemoval: beating(askForRemoval),
    report: beating(report),
    announce: beating(announce),
    commentOnPullRequest: beating(commentOnPullRequest),
    openFlakyTestIssue: beating(openFlakyTestIssue),
    ...createSchemas(ports),
    keepRecord: beating(keepRecord),
    pastReleases,
    ...createWhereabouts(ports),
    ...createDiagnosis(ports),
  };
}

export type Activities = ReturnType<typeof createActivities>;
