import { createPreReleasePlanning } from './promotion/planning.ts';
import { createPreReleases } from './promotion/pre-releases.ts';
import type { Ports } from '../ports/ports.ts';
import { createMerging } from './changes/merging.ts';
import { createAmending } from './component/amending.ts';
import { createOpening } from './component/opening.ts';
import { createChangeLooks } from './changes/looks.ts';
import { createPipelines } from './component/pipelines.ts';
import { createPlanning } from './component/planning.ts';
import { createWithdrawing } from './component/withdrawing.ts';
import { createDeployedCode } from './environments/deployed-code.ts';
import { createContents } from './environments/contents.ts';
import { createSurvey } from './environments/survey.ts';
import { createFlagDesk } from './flags/desk.ts';
import { createRollouts } from './flags/flag.ts';
import { createHindrances } from './flags/hindrances.ts';
import { createRolloutIssues } from './flags/issues.ts';
import { createRolloutPlanning } from './flags/planning.ts';
import { createDiagnosis } from './inspection/diagnosis.ts';
import { createHistory } from './inspection/history.ts';
import { createWhereabouts } from './inspection/whereabouts.ts';
import { createAuthors } from './people/authors.ts';
import { createDecisionTokens } from './people/decision-tokens.ts';
import { createWrittenVotes } from './people/written-votes.ts';
import { createRecords } from './release/records.ts';
import { createReports } from './release/reports.ts';
import { createSchemas } from './schemas/index.ts';
import { createClaims } from './stages/claims.ts';
import { createGates } from './stages/gates.ts';
import { createPromotions } from './stages/promotions.ts';
import { createSoaks } from './stages/soaks.ts';
import { createVersions } from './versions/index.ts';

/** The verbs that a workflow may use. Those that write are `beating`, so that they notice a cancellation and a takeover. */
export function createActivities(ports: Ports) {
  return {
    ...createPlanning(ports),
    ...createOpening(ports),
    ...createAmending(ports),
    ...createMerging(ports),
    ...createWithdrawing(ports),
    ...createPipelines(ports),
    ...createChangeLooks(ports),

    ...createAuthors(ports),
    ...createWrittenVotes(ports),
    ...createDecisionTokens(ports),

    ...createSurvey(ports),
    ...createContents(ports),
    ...createClaims(ports),
    ...createGates(ports),
    ...createPromotions(ports),
    ...createSoaks(ports),

    ...createRolloutPlanning(ports),
    ...createDeployedCode(ports),
    ...createHindrances(ports),
    ...createRollouts(ports),
    ...createFlagDesk(ports),
    ...createRolloutIssues(ports),

    ...createSchemas(ports),

    ...createPreReleasePlanning(ports),
    ...createPreReleases(ports),
    ...createVersions(ports),

    ...createReports(ports),
    ...createRecords(ports),

    ...createHistory(ports),
    ...createWhereabouts(ports),
    ...createDiagnosis(ports),
  };
}

type Created = ReturnType<typeof createActivities>;

export type Activities = { readonly [Name in keyof Created]: (...args: Parameters<Created[Name]>) => ReturnType<Created[Name]> };

/** The names of those that heartbeat: no other may be called with a heartbeat timeout. */
export type BeatingName = { [Name in keyof Created]: Created[Name] extends { readonly beats: true } ? Name : never }[keyof Created];
