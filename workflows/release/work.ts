import { ActivityCancellationType, scheduleActivity } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities, BeatingName } from '../../activities/index.ts';
import type { Pace } from '../../domain/release/pace.ts';

/** How patiently something is done that does not heartbeat, so that it can't have a heartbeat timeout. */
type StillPatience = 'verifying' | 'reading' | 'polling' | 'sampling';

/** How patiently something is done that heartbeats. */
type BeatingPatience = 'planning' | 'writing' | 'hauling' | 'settling' | 'following' | 'telling';

/** Every activity, and how patiently it is done; `optionsAt` says what that means. */
const patience = {
  plan: 'planning',
  carriedBy: 'planning',
  planRollout: 'planning',
  planSchemas: 'planning',
  listSchemaArchive: 'planning',
  differingRelease: 'planning',
  lookUpFlags: 'planning',
  judgeSetting: 'planning',
  surveyEnvironment: 'planning',
  compareContents: 'writing',
  sightEnvironment: 'planning',
  confirmContents: 'polling',
  compareRollback: 'reading',
  newestPinning: 'reading',
  whereabouts: 'planning',
  diagnose: 'planning',
  pastReleases: 'planning',
  offer: 'writing',
  planBack: 'planning',
  surveyComponent: 'planning',
  tellObjections: 'writing',
  object: 'writing',

  openPullRequest: 'writing',
  amendPullRequest: 'writing',
  describePullRequest: 'writing',
  updatePullRequest: 'writing',
  withdrawPullRequest: 'writing',
  mergePullRequest: 'writing',
  letMerge: 'writing',
  keepFromMerging: 'writing',
  enqueuePullRequest: 'writing',
  approvePullRequest: 'writing',
  rerunFailed: 'writing',
  adoptPullRequest: 'polling',
  pipeline: 'polling',
  base: 'polling',
  headOf: 'polling',

  authors: 'reading',
  findVotes: 'polling',
  verifyToken: 'verifying',
  judgeCandidate: 'verifying',

  claimEnvironment: 'writing',
  leaveEnvironment: 'writing',
  followEnvironment: 'writing',
  holderGone: 'following',
  clearGate: 'writing',
  promote: 'writing',
  deployed: 'settling',
  soak: 'sampling',
  observedSoFar: 'reading',

  deployedCode: 'reading',
  codeDeployed: 'polling',
  hindrance: 'reading',
  unhindered: 'polling',
  readFlag: 'reading',
  setFlag: 'writing',
  restoreFlag: 'writing',
  watchFlag: 'sampling',
  openRolloutIssue: 'writing',
  askForRemoval: 'writing',
  followRolloutIssue: 'telling',

  takeStock: 'polling',
  makeArchive: 'hauling',
  withdrawArchive: 'writing',
  forgetPrevious: 'writing',
  openSchemaPullRequest: 'writing',
  amendSchemaPullRequest: 'writing',
  withdrawSchemaPullRequest: 'writing',
  startReleaseBuild: 'writing',
  callOffReleaseBuilds: 'writing',
  releaseBuild: 'polling',
  mergeOutlook: 'polling',
  mergedBySomebody: 'polling',
  uploadSchemas: 'writing',

  planPreRelease: 'planning',
  makePreRelease: 'writing',
  tagRuns: 'polling',
  preReleaseAnswered: 'polling',
  planProduction: 'planning',
  verifyOrigin: 'polling',
  recordDigest: 'polling',
  whyUnfit: 'polling',
  branchContains: 'polling',
  runsBranch: 'polling',
  taggedImage: 'polling',
  rerunTagRun: 'writing',
  askAboutQa: 'polling',
  askAuthors: 'hauling',
  makeLatest: 'writing',
  giveLatestBack: 'writing',
  commitVerdict: 'polling',
  startGate: 'writing',
  gateRun: 'polling',
  lookAtHealth: 'reading',
  lastRestart: 'reading',
  restartWorkload: 'writing',
  planStageWatch: 'planning',
  stageNews: 'polling',
  syncStage: 'writing',
  planStageFix: 'planning',
  planHotfix: 'planning',
  hotfixUnderWay: 'reading',
  openRevert: 'writing',
  lookAtRevert: 'polling',
  pullStands: 'polling',
  runsAll: 'polling',
  moveTicket: 'writing',
  ticketMoved: 'polling',
  askAssignee: 'writing',
  planVersion: 'planning',
  cutVersion: 'writing',
  branchHasVersion: 'polling',
  mergeVersionBack: 'writing',
  versionMergedBack: 'polling',
  openVersionChange: 'writing',
  publishVersion: 'writing',
  tagPipeline: 'polling',
  lookForProductTags: 'planning',
  listVersions: 'planning',
  planExperimental: 'planning',
  pushExperimental: 'writing',
  planPackage: 'planning',
  startPublication: 'writing',
  publicationEnded: 'polling',
  packagePublished: 'polling',
  openDownstream: 'writing',
  assignDownstream: 'writing',
  downstreamBuild: 'polling',
  planSecurity: 'planning',
  lookAtFix: 'settling',
  prepareFix: 'writing',
  discloseBranch: 'writing',
  branchDisclosed: 'polling',
  openDisclosure: 'writing',
  discloseTag: 'writing',
  publishFix: 'writing',
  planBackports: 'planning',
  pickBackport: 'writing',
  openBackport: 'writing',
  backportSettled: 'polling',
  closeBackport: 'writing',

  report: 'telling',
  announce: 'telling',
  raiseAlarm: 'telling',
  commentOnPullRequest: 'telling',
  openFlakyTestIssue: 'telling',
  keepRecord: 'telling',
} as const satisfies { readonly [Name in keyof Activities]: Name extends BeatingName ? BeatingPatience : StillPatience };

/** The activities, as a workflow calls them: the last argument is what the UI shows of the call, which starts with a verb. */
export type Work = { readonly [Name in keyof Activities]: (...given: [...Parameters<Activities[Name]>, summary: string]) => ReturnType<Activities[Name]> };

/** Longest summary, in characters: the UI has a line for it. */
const longestSummary = 120;

/** The work of a release, at its catalog's `pace`, pinned in its plan. */
export function workAt(pace: Pace): Work {
  return workWith(optionsAt(pace));
}

/** For what comes before a pace is known, and for what has none. Whoever is told here is waited for: ten minutes at most. */
export const unpaced: Work = (() => {
  const options = optionsAt({ attempt: 120_000, heartbeat: 20_000, retry: 2_000, poll: 30_000, sample: 15_000 });
  return workWith({ ...options, telling: { ...options.telling, scheduleToCloseTimeout: '10 minutes' } });
})();

type Options = { readonly [Kind in StillPatience]: ActivityOptions & { readonly heartbeatTimeout?: never } } & { readonly [Kind in BeatingPatience]: ActivityOptions & { readonly heartbeatTimeout: number } };

/** Failed attempts are repeated for ever: what may never be repeated says so itself, and everything else a person can abort. */
function optionsAt(pace: Omit<Pace, 'patience'>): Options {
  const still = {
    startToCloseTimeout: pace.attempt,
    retry: { initialInterval: pace.retry, backoffCoefficient: 2, maximumInterval: 30 * pace.retry },
    // An abort waits for the write that is in the air: what it did must be known before it is undone.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
  const beating = { ...still, heartbeatTimeout: pace.heartbeat };
  // Repeated by the retry policy until there is an answer: waiting adds no event to the history.
  const polling = { retry: { initialInterval: pace.poll, backoffCoefficient: 1 } };
  return {
    /** Reads much, before a pace is known. */
    planning: { ...beating, startToCloseTimeout: '2 minutes', retry: { initialInterval: '2 seconds', backoffCoefficient: 1.5, maximumInterval: '30 seconds' } },
    /** What an Update waits for: the command gives up after ten seconds, and the UI takes twenty of silence for a yes. */
    verifying: { startToCloseTimeout: '4 seconds', scheduleToCloseTimeout: '8 seconds', retry: { initialInterval: '500 milliseconds' } },
    /** Looks once. */
    reading: still,
    /** Looks until there is an answer. */
    polling: { ...still, ...polling },
    sampling: { ...still, retry: { initialInterval: pace.sample, backoffCoefficient: 1 } },
    /** Writes once. */
    writing: beating,
    /** Moves many files: ten times as long as anything else. */
    hauling: { ...beating, startToCloseTimeout: 10 * pace.attempt },
    /** Looks until there is an answer, and hands it on. */
    settling: { ...beating, ...polling },
    /** Waits for days in one attempt; heartbeats tell that it still does. */
    following: { ...beating, ...polling, startToCloseTimeout: '30 days' },
    /** People should be told, but nothing waits for ever because the chat is down. */
    telling: { ...beating, scheduleToCloseTimeout: '1 hour' },
  };
}

/** Whether an activity tells people, who then can't hear that it does not get through. */
export function isTelling(activity: string): boolean {
  return (patience as Readonly<Record<string, string>>)[activity] === 'telling';
}

function workWith(options: Options): Work {
  const call = ([name, kind]: [string, StillPatience | BeatingPatience]) => {
    const act = (...given: readonly unknown[]) => scheduleActivity(name, given.slice(0, -1), { ...options[kind], summary: String(given.at(-1)).slice(0, longestSummary) });
    return [name, act] as const;
  };
  return Object.fromEntries(Object.entries(patience).map(call)) as unknown as Work;
}
