import { createAuthors } from './people/authors.ts';
import { createDecisionTokens } from './people/decision-tokens.ts';
import { createDeployedCode } from './environments/deployed-code.ts';
import { createDiagnosis } from './inspection/diagnosis.ts';
import { createFlagDesk } from './flags/desk.ts';
import { createHindrances } from './flags/hindrances.ts';
import { createLeases } from './environments/survey.ts';
import { createPastReleases } from './release/records.ts';
import { createPipelines } from './component/pipelines.ts';
import { createPlanning } from './component/planning.ts';
import type { Ports } from '../ports/ports.ts';
import { createPromotions } from './stages/promotions.ts';
import { createPullRequests } from './changes/pull-requests.ts';
import { createReports } from './release/reports.ts';
import { createRolloutIssues } from './flags/issues.ts';
import { createRolloutPlanning } from './flags/planning.ts';
import { createRollouts } from './flags/flag.ts';
import { createSchemas } from './schemas/index.ts';
import { createSoaks } from './stages/soaks.ts';
import { createWhereabouts } from './inspection/whereabouts.ts';
import { createWrittenVotes } from './people/written-votes.ts';

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
