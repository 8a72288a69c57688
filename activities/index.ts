import { doubting } from './doubt.ts';
import type { Ports } from '../ports/ports.ts';
import { beating } from '../ports/pulse.ts';
import type { Beating } from '../ports/pulse.ts';
import { createMerging } from './changes/merging.ts';
import { createAmending } from './component/amending.ts';
import { createObjections } from './component/objections.ts';
import { createOpening } from './component/opening.ts';
import { createChangeLooks } from './changes/looks.ts';
import { createPipelines } from './component/pipelines.ts';
import { createPlanning } from './component/planning.ts';
import { createTakingBack } from './component/taking-back.ts';
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
import { createPromotion } from './promotion/index.ts';
import { createRecords } from './release/records.ts';
import { createReports } from './release/reports.ts';
import { openOutages } from './release/outages.ts';
import { createSchemas } from './schemas/index.ts';
import { createClaims } from './stages/claims.ts';
import { createGates } from './stages/gates.ts';
import { createPromotions } from './stages/promotions.ts';
import { createSoaks } from './stages/soaks.ts';
import { createVersionLines } from './versions/lines.ts';
import { createVersions } from './versions/index.ts';

/** The verbs that a workflow may use. Those that write are `beating`, so that they notice a cancellation and a takeover. All of them are `doubting`, and `attentive`. */
export function createActivities(ports: Ports): Created {
  const created: Record<string, (...args: never[]) => Promise<unknown>> = create(ports);
  const attentive = openOutages({ tell: ports.tellOutage, silenceMs: ports.silenceMs });
  const doubts = Object.entries(created).map(([name, activity]) => [name, attentive(doubting(activity, ports.doubtMs * ((shares as Readonly<Record<string, number>>)[name] ?? 1)))]);
  return Object.fromEntries(doubts) as Created;
}

/** How much of the doubt there is time for, where that is not all of it. */
const shares = {
  // Nothing has begun, and whoever begins it waits for the answer.
  ...{ plan: 0.2, planRollout: 0.2, planSchemas: 0.2, planVersion: 0.2, planPreRelease: 0.2 },
  ...{ verifyToken: 0, judgeCandidate: 0, lookUpFlags: 0, judgeSetting: 0, listSchemaArchive: 0, whereabouts: 0, diagnose: 0, pastReleases: 0 },
  // What can't be told must not keep waiting what comes after.
  ...{ report: 0.05, announce: 0.05, commentOnPullRequest: 0.05, openFlakyTestIssue: 0.05, followRolloutIssue: 0.05 },
} satisfies Partial<Record<keyof Created, number>>;

/** Those that read much, for up to two minutes: a worker that dies meanwhile is noticed by its silence. */
const reading = [
  ...(['plan', 'carriedBy', 'planRollout', 'planSchemas', 'planPreRelease', 'planProduction', 'planVersion', 'planBackports', 'planBack', 'surveyEnvironment', 'surveyComponent'] as const),
  ...(['listSchemaArchive', 'differingRelease', 'lookUpFlags', 'judgeSetting', 'whereabouts', 'diagnose', 'pastReleases'] as const),
] as const satisfies readonly (keyof ReturnType<typeof collect>)[];

function create(ports: Ports) {
  const all = collect(ports);
  const named = reading.map((name) => [name, beating(all[name] as (...args: unknown[]) => Promise<unknown>)]);
  return { ...all, ...(Object.fromEntries(named) as BeatingReads) };
}

type Collected = ReturnType<typeof collect>;

type BeatingReads = { readonly [Name in (typeof reading)[number]]: Beating<Parameters<Collected[Name]>, Awaited<ReturnType<Collected[Name]>>> };

function collect(ports: Ports) {
  return {
    ...createPlanning(ports),
    ...createOpening(ports),
    ...createAmending(ports),
    ...createMerging(ports),
    ...createObjections(ports),
    ...createTakingBack(ports),
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

    ...createPromotion(ports),
    ...createVersions(ports),
    ...createVersionLines(ports),

    ...createReports(ports),
    ...createRecords(ports),

    ...createHistory(ports),
    ...createWhereabouts(ports),
    ...createDiagnosis(ports),
  };
}

type Created = ReturnType<typeof create>;

export type Activities = { readonly [Name in keyof Created]: (...args: Parameters<Created[Name]>) => ReturnType<Created[Name]> };

/** The names of those that heartbeat: no other may be called with a heartbeat timeout. */
export type BeatingName = { [Name in keyof Created]: Created[Name] extends { readonly beats: true } ? Name : never }[keyof Created];
