import { createAuthors } from './authors.ts';
import { createDecisionTokens } from './decision-tokens.ts';
import { createDeployedCode } from './deployed-code.ts';
import { createDiagnosis } from './diagnosis.ts';
import { createFlagDesk } from './flag-desk.ts';
import { createHindrances } from './hindrances.ts';
import { createLeases } from './leases.ts';
import { createPastReleases } from './past-releases.ts';
import { createPipelines } from './pipelines.ts';
import { createPlanning } from './planning.ts';
import type { Ports } from './ports.ts';
import { createPromotions } from './promotions.ts';
import { createPullRequests } from './pull-requests.ts';
import { createReports } from './reports.ts';
import { createRolloutIssues } from './rollout-issues.ts';
import { createRolloutPlanning } from './rollout-planning.ts';
import { createRollouts } from './rollouts.ts';
import { createSchemas } from './schemas.ts';
import { createSoaks } from './soaks.ts';
import { createWhereabouts } from './whereabouts.ts';
import { createWrittenVotes } from './written-votes.ts';

/** The verbs that a workflow may use. Those that write are `beating`, so that they notice a cancellation and a takeover. */
export function createActivities(ports: Ports) {
  return {
    ...createPlanning(ports),
    ...createPullRequests(ports),
    ...createPipelines(ports),

    ...createAuthors(ports),
    ...createWrittenVotes(ports),
    ...createDecisionTokens(ports),

    ...createLeases(ports),
    ...createPromotions(ports),
    ...createSoaks(ports),

    ...createRolloutPlanning(ports),
    ...createDeployedCode(ports),
    ...createHindrances(ports),
    ...createRollouts(ports),
    ...createFlagDesk(ports),
    ...createRolloutIssues(ports),

    ...createSchemas(ports),

    ...createReports(ports),
    ...createPastReleases(ports),
    ...createWhereabouts(ports),
    ...createDiagnosis(ports),
  };
}

export type Activities = ReturnType<typeof createActivities>;
