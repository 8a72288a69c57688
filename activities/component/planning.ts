import { activityInfo } from '@temporalio/activity';
import type { Commit, Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Catalog } from '../../domain/catalog.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Code } from '../../domain/code/rules.ts';
import type { Pin } from '../../domain/component/rules.ts';
import { isDocsOnly } from '../../domain/component/docs-only.ts';
import type { FailedCheck, Pending, PipelineVerdict } from '../../domain/code/pipeline.ts';
import { nothingRan, toldFailures, toldWait } from '../../domain/code/pipeline.ts';
import { releaseFrom, straightId, straightPrefix } from '../../domain/release/keys.ts';
import type { Releasable, ReleasePlan } from '../../domain/component/plan.ts';
import { planStraight } from '../../domain/component/straight.ts';
import type { StraightPlan } from '../../domain/component/straight.ts';
import { containment } from '../environments/containment.ts';
import { pinReads, tagsOf } from '../environments/pinned-commit.ts';
import { readContents } from '../environments/contents.ts';
import { leftOvers } from './left-over.ts';
import { planRelease } from '../../domain/component/plan.ts';
import type { ReleaseRequest } from '../../domain/component/request.ts';
import type { Veto } from '../../domain/people/objection.ts';
import { commitOn, commitOnLine } from '../changes/branch-commit.ts';
import { reread } from '../doubt.ts';
import { verdicts } from '../changes/verdict.ts';
import { releasableIn } from '../../ports/catalog/entries.ts';
import { neverRetry, notYet, tryAgain } from '../../ports/failures.ts';
import type { MainLineCommit } from '../../ports/forge/commits.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { readObjections } from '../people/objections.ts';
import type { Announcement } from '../release/reports.ts';
import type { OfferedCandidate } from '../../ports/temporal/running-releases.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { serverTime } from '../server-time.ts';

export type Planned =
  | (ReleasePlan & Warned)
  | (StraightPlan & Warned)
  | (Extract<ReleaseOutcome, { kind: 'triedBefore' | 'halted' | 'vetoed' }> & Warned)
  | (Extract<ReleaseOutcome, { kind: 'upToDate' }> & Warned)
  | NoCandidate
  | Waiting;

type NoCandidate = Extract<ReleaseOutcome, { kind: 'noCandidate' }> & Warned;

/** Nothing can be decided yet. */
interface Waiting extends Warned {
  readonly kind: 'waiting';
  readonly waitingFor: string;
  /** How long that is usual, in ms. */
  readonly patience: number;
  /** What is decided when it takes longer; to be waited for still, without it. */
  readonly otherwise?: NoCandidate;
}

interface Warned {
  /** For those who own the mirror. */
  readonly warning?: Announcement;
}

export type PlanRequest = ReleaseRequest & {
  /** Looks again and again rather than answer `waiting`: until then (ms since the epoch), or for as long as it takes. */
  readonly patient?: { readonly until?: number };
  /** By the hourly task: it carries on only what the catalog lets it. */
  readonly isHourly?: boolean;
};

/** Reads the catalog and the repositories, and decides what the release will carry. Writes nothing. */
export function createPlanning(ports: Pick<Ports, 'catalog' | 'forge' | 'releases' | 'environments' | 'components'>) {
  const { catalog, forge, releases, environments } = ports;
  const { seen } = readContents(ports);
  const { findLeftOver } = leftOvers(ports);
  const { verdictOf } = verdicts(forge);
  const { pinText, commitOf } = pinReads(forge);
  const { comesAfter } = containment(forge);
  const { inForce, vetoIn } = readObjections(ports);

  /** @throws `InvalidInput` for an unknown component or a SHA that can't be released, `InvalidCatalog`, `Conflict` for a pin that nothing comes after, and, to whoever is patient, `NotYet`. */
  async function plan({ component: name, sha, patient, isHourly = false }: PlanRequest): Promise<Planned> {
    const read = await catalog.read();
    const { pin, ...component } = { name, ...releasableIn(read, name) };
    const tagged = tagsOf(component);
    const { halt, vetoes } = await inForce(name);
    if (halt) return { kind: 'halted', component: name, halt };
    const watch: Watch = { component: name, code: component.code, patience: read.pace.patience, told: component.code.owners ?? component.chat?.team, vetoes };
    const found = pin ? await forPin({ ...component, pin }) : await straight();
    if (found.kind !== 'waiting') return found;
    if (patient && serverTime() < (patient.until ?? Infinity)) throw notYet(`still waiting for ${found.waitingFor}`);
    return { ...found, patience: read.pace.patience };

    async function forPin(pinning: Releasable) {
      const base = await headOf(pinning.pin);
      const { pinned, pinnedAs } = await readPin(pinning.pin, base, tagged);
      const choice = sha ? await asked(watch, sha, pinned) : await newest(watch, pinned);
      if (choice.kind === 'upToDate' && (!isHourly || pinning.pin.whenLeft === 'carryOn')) {
        const left = await carriedOn(read, pinning, { base, pinned, tagged });
        return left ? ((await vetoedBy(watch, pinned)) ?? left) : choice;
      }
      if (choice.kind !== 'candidate') return choice;
      const id = await occasion(name, pinning.pin, { base, pinned, tagged });
      return { ...planRelease(read, pinning, { id, candidate: choice.commit, pinned, pinnedAs, base }), ...(choice.silent && { silent: choice.silent }), ...(choice.warning && { warning: choice.warning }) };
    }

    async function straight() {
      const places = await Promise.all(component.stages.map(({ environment }) => seen(environment, component.code.mirror)));
      const runs = places[0]?.sha;
      // One that was stopped on its way may be released again, if somebody asks for it.
      const isAgain = sha !== undefined && sha === runs && places.some((place) => place?.sha !== sha);
      const choice = sha ? await asked(watch, sha, isAgain ? undefined : runs) : await newest(watch, runs);
      if (choice.kind !== 'candidate') return choice;
      const fence = await lastGrant(component.stages[0]!.environment);
      const id = await attempt(straightPrefix(name, choice.commit.sha), straightId(name, choice.commit.sha, { runs, fence }));
      if (id.kind === 'tried' && sha === undefined) return { kind: 'triedBefore', sha: choice.commit.sha, release: id.before } as const;
      return { ...planStraight(read, component, { id: id.id, candidate: choice.commit, runs }), ...(choice.silent && { silent: choice.silent }), ...(choice.warning && { warning: choice.warning }) };
    }
  }

  /** 0 before the first. What a run of the environment knew that somebody has ended counts on: without that an occasion of before would come again, with its keys. */
  async function lastGrant(environment: string): Promise<number> {
    const known = (await environments.record(environment)) ?? (await environments.endedRecord(environment, activityInfo().taskQueue));
    return known?.fence ?? 0;
  }

  /** The id of a commit's release: of the one that runs, which may be whoever asks; else that of this occasion. */
  async function attempt(prefix: string, id: string): Promise<{ readonly kind: 'runs' | 'new'; readonly id: string } | { readonly kind: 'tried'; readonly id: string; readonly before: string }> {
    const own = activityInfo().workflowExecution?.workflowId ?? '';
    const begun = await releases.begun(prefix);
    // What has just begun is not listed yet.
    for (const one of new Set([...begun, id, ...(own.startsWith(prefix) ? [own] : [])])) if (one === own || (await releases.isRunning(one))) return { kind: 'runs', id: one };
    const [before] = begun;
    return before === undefined ? { kind: 'new', id } : { kind: 'tried', id, before };
  }

  /** The release of what is pinned, where that is not everywhere, and none is at it. */
  async function carriedOn(read: Catalog, component: Releasable, at: PinAt): Promise<ReleasePlan | undefined> {
    const { name, code, pin, stages } = component;
    const { base, pinned, tagged } = at;
    const setBy = await pinSetBy(pin, at);
    const left = await findLeftOver({ component: name, mirror: code.mirror, tagged, pin, stages, pinned, setBy });
    const candidate = left && (await forge.commits.find(code.mirror, pinned));
    if (!candidate) return undefined;
    const { id, landed, before = { candidate: pinned, sha: base } } = left;
    const names = left.stages.map((stage) => stage.name);
    const agreed = planRelease(read, component, { id, candidate, pinned: before.candidate, base: before.sha });
    return { ...agreed, landed, stages: agreed.stages.filter((stage) => names.includes(stage.name)) };
  }

  async function occasion(name: string, pin: Pin, at: PinAt): Promise<string> {
    const before = releaseFrom(name, at.pinned);
    return (await isUnderWay(before)) ? before : releaseFrom(name, await pinSetBy(pin, at));
  }

  /** @throws `Unavailable` while the forge does not show yet what set the pin */
  async function pinSetBy(pin: Pin, { base, pinned, tagged }: PinAt): Promise<Sha> {
    const { repository, versionFile } = pin;
    const setBy = await forge.commits.lastChange(repository, versionFile, base);
    const text = setBy && (await pinText(pin, setBy));
    const set = text && (await commitOf(text, tagged));
    if (setBy === undefined || set !== pinned) throw tryAgain('Unavailable', `${repository} does not show yet which commit has set ${versionFile} to ${pinned}`);
    return setBy;
  }

  /** A release that began before ids named the occasion goes on under its own. */
  async function isUnderWay(release: string): Promise<boolean> {
    return (await releases.isRunning(release)) && (await releases.status(release))?.candidate !== undefined;
  }

  async function readPin(pin: Pin, base: Sha, tagged: Repository | undefined): Promise<{ readonly pinned: Sha; readonly pinnedAs?: string }> {
    const { repository, branch, versionFile } = pin;
    const text = await reread(`${versionFile} of ${repository}`, () => pinText(pin, base));
    const pinned = text === undefined ? undefined : await commitOf(text, tagged);
    if (pinned !== undefined) return { pinned, ...(text !== pinned && { pinnedAs: text! }) };
    const given = text === undefined ? 'does not exist' : `contains "${text.slice(0, 60)}"`;
    throw neverRetry('Conflict', `${versionFile} in ${repository} (${branch}) must be a commit SHA of 40 hex digits, or a version that ${tagged} has a tag of, but it ${given}`);
  }

  async function headOf({ repository, branch }: Pin): Promise<Sha> {
    const head = await reread(`the branch ${branch} of ${repository}`, () => forge.branches.find(repository, branch));
    if (head) return head;
    throw neverRetry('InvalidCatalog', `branch ${branch} of ${repository} does not exist`);
  }

  type Found =
    | ({ readonly kind: 'candidate'; readonly commit: Commit; readonly silent?: readonly string[] } & Warned)
    | Exclude<Planned, ReleasePlan | StraightPlan | Waiting | { readonly kind: 'triedBefore' }>
    | Omit<Waiting, 'patience'>;

  /**
   * Of the main line the newest commit whose checks have all finished decides; pending ones above it are passed over. Never backwards:
   * the search ends at the commit that is pinned downstream, or where the main line lacks it.
   */
  async function newest(watch: Watch, pinned: Sha | undefined): Promise<Found> {
    const { code } = watch;
    const missing = await missingOnMirror(code);
    if (missing) return mirrorBehind(watch, missing);
    const line = await forge.commits.mainLine(code.mirror, code.branch, { limit: code.searchDepth, ...(pinned && { until: pinned }) });
    const leadsToPin = pinned === undefined || line.some(({ sha }) => sha === pinned);
    const pending: { readonly sha: Sha; readonly verdict: Pending }[] = [];
    let held: Found | undefined;
    for (const [index, commit] of line.entries()) {
      const { sha } = commit;
      if (sha === pinned) break;
      if (!leadsToPin && !(await comesAfter(code.mirror, pinned, sha))) {
        if (index === 0) throw neverRetry('Conflict', `${sha} on ${code.mirror} does not come after ${pinned}, which is pinned: a release never goes backwards`);
        break;
      }
      const verdict = await verdictOn(watch, sha, pinned);
      // Of a push of several commits CI takes the head only.
      if (verdict.kind === 'pending' && (pending.length > 0 || hasBegun(verdict))) {
        pending.push({ sha, verdict });
        continue;
      }
      if (await testsNothing(code, commit)) continue;
      const vetoed = verdict.kind === 'green' ? await vetoedBy(watch, sha) : undefined;
      if (verdict.kind === 'green' && !vetoed) return { kind: 'candidate', commit, ...silentApps(watch, verdict.silent) };
      // Somebody's word that it is bad is no less than that of its checks.
      held ??= vetoed ?? (verdict.kind === 'red' ? red(watch, sha, verdict.failed) : untested(watch, sha));
      if (code.whenRed === 'hold') return held;
    }
    if (held) return held;
    const overdue = pending.findLast(({ verdict }) => isOverdue(verdict, watch.patience));
    return { kind: 'upToDate', ...(pinned && { pinned }), ...(pending[0] && { pending: pending[0].sha }), ...(overdue && stuck(watch, overdue)) };
  }

  /** The canonical head, if the mirror has neither it nor one of the few commits before it that it may lag behind. */
  async function missingOnMirror({ canonical, mirror, branch, toleratedLag }: Code): Promise<Sha | undefined> {
    const newest = await forge.commits.mainLine(canonical, branch, { limit: toleratedLag + 1 });
    for (const { sha } of newest) {
      if (await commitOn(forge.commits, mirror, branch, sha)) return undefined;
    }
    return newest[0]?.sha;
  }

  /** A pipeline that ran for documentation only says nothing about the code. */
  async function testsNothing({ mirror, docs }: Code, { sha, before }: MainLineCommit): Promise<boolean> {
    if (docs.length === 0) return false;
    const paths = await forge.commits.files(mirror, sha, before);
    return paths !== undefined && isDocsOnly(paths, docs);
  }

  /** Offers a candidate to its release, which is started where it does not run. @returns what that waits for people for, if it does */
  async function offer(offered: OfferedCandidate): Promise<string | undefined> {
    await releases.offer(offered, activityInfo().taskQueue);
    const waitingFor = (await releases.status(offered.release))?.waitingFor;
    return waitingFor?.whom && `${waitingFor.what}, by ${waitingFor.whom.join(', ')}, since ${waitingFor.since}`;
  }

  async function asked(watch: Watch, sha: Sha, pinned: Sha | undefined): Promise<Found> {
    const { code } = watch;
    if (sha === pinned) return { kind: 'upToDate', pinned };
    const commit = await reread(`${sha} on ${code.mirror}`, () => commitOnLine(forge, code.mirror, code.branch, sha));
    if (!commit) throw neverRetry('InvalidInput', `commit ${sha} does not exist on the mirror ${code.mirror}, on its branch ${code.branch} or a stable one`);
    if (pinned !== undefined && !(await comesAfter(code.mirror, pinned, sha))) throw neverRetry('InvalidInput', `commit ${sha} does not come after ${pinned}, which is pinned: a release never goes backwards`);
    const verdict = await verdictOn(watch, sha, pinned);
    const noCandidate = (failed: readonly FailedCheck[]): NoCandidate => ({ kind: 'noCandidate', sha, failed });
    switch (verdict.kind) {
      case 'green':
        return (await vetoedBy(watch, sha)) ?? { kind: 'candidate', commit, ...silentApps(watch, verdict.silent) };
      case 'red':
        return noCandidate(verdict.failed);
      case 'pending':
        return {
          kind: 'waiting',
          waitingFor: checksOf(code, sha, verdict),
          ...(hasBegun(verdict) ? stuck(watch, { sha, verdict }) : { otherwise: noCandidate([nothingRan]) }),
        };
    }
  }

  async function vetoedBy({ component, code: { mirror }, vetoes }: Watch, sha: Sha): Promise<Extract<ReleaseOutcome, { kind: 'vetoed' }> | undefined> {
    const veto = await vetoIn(vetoes, { candidate: sha, source: mirror });
    return veto && { kind: 'vetoed', component, sha, veto };
  }

  function verdictOn({ code, patience }: Watch, sha: Sha, pinned: Sha | undefined): Promise<PipelineVerdict> {
    const { mirror, requiredChecks: required, ignoredChecks: ignored } = code;
    return verdictOf({ repository: mirror, sha, demand: { required, ignored, patience }, ...(pinned && { like: pinned }) });
  }

  /** The commit that a release carries which runs already. @throws `Unavailable` while it does not say so */
  async function carriedBy({ release }: { readonly release: string }): Promise<Sha> {
    const candidate = (await releases.status(release))?.candidate;
    if (candidate === undefined) throw tryAgain('Unavailable', `${release} does not say what it carries`);
    return candidate;
  }

  return { plan, offer: beating(offer), carriedBy };
}

/** What is pinned by the downstream branch's head, and where versions that are pinned are tagged. */
interface PinAt {
  readonly base: Sha;
  readonly pinned: Sha;
  readonly tagged: Repository | undefined;
}

/** What is looked at, how patiently, and who is told. */
interface Watch {
  readonly component: string;
  /** The commits that nobody is to release. */
  readonly vetoes: readonly Veto[];
  readonly code: Code;
  readonly patience: number;
  /** Those who own the mirror, or else the team; nobody, where the catalog names neither. */
  readonly told: string | undefined;
}

function mirrorBehind({ code: { canonical, mirror }, told }: Watch, missing: Sha): Omit<Waiting, 'patience'> {
  const text = `${mirror} lags behind ${canonical}: it lacks ${missing}. Nothing is released until it has it`;
  return {
    kind: 'waiting',
    waitingFor: `${shortSha(missing)} of ${canonical} on ${mirror}`,
    ...warned(told, `mirror ${mirror} lacks ${missing}`, text),
  };
}

function red({ code: { mirror }, told }: Watch, sha: Sha, failed: readonly FailedCheck[]): NoCandidate {
  const text = `${mirror} is red at ${shortSha(sha)}: ${toldFailures(failed)}. Nothing is released until a newer commit is green`;
  return { kind: 'noCandidate', sha, failed, ...warned(told, `mirror ${mirror} is red at ${sha}`, text) };
}

/** CI may not have taken the commit up yet, or may never do so. */
function untested(watch: Watch, sha: Sha): Omit<Waiting, 'patience'> {
  return { kind: 'waiting', waitingFor: checksOf(watch.code, sha, { running: [], missing: [] }), otherwise: red(watch, sha, [nothingRan]) };
}

/** What has not ended for so long that people should look. */
function stuck({ code: { mirror }, told }: Watch, { sha, verdict }: { readonly sha: Sha; readonly verdict: Pending }): Warned {
  const text = `${mirror} at ${shortSha(sha)} still waits for ${toldWait(verdict)}, and nothing newer can be released. What does not matter for releases can be named in code.ignoredChecks, or what does in code.requiredChecks`;
  return warned(told, `mirror ${mirror} waits at ${sha}`, text);
}

/** Those who own the mirror are told once of each; each release asks its people. */
function silentApps({ code: { mirror }, told }: Watch, silent: readonly string[] = []): Warned & { readonly silent?: readonly string[] } {
  if (silent.length === 0) return {};
  const names = silent.join(', ');
  const text = `${names} announced checks on ${mirror} and never reported: each release asks whether it may go on without. If that is as it should be, name it in code.ignoredChecks, and nobody waits for it`;
  return { silent, ...warned(told, `mirror ${mirror} is not checked by ${names}`, text) };
}

function warned(channel: string | undefined, key: string, text: string): Warned {
  return channel === undefined ? {} : { warning: { channel, key, text } };
}

function isOverdue({ quietSince }: Pending, patience: number): boolean {
  return quietSince !== undefined && serverTime() - quietSince >= patience;
}

function hasBegun({ running, missing }: Pending): boolean {
  return running.length > 0 || missing.length > 0;
}

function checksOf({ mirror }: Code, sha: Sha, { running, missing }: Pick<Pending, 'running' | 'missing'>): string {
  const where = `of ${shortSha(sha)} on ${mirror}`;
  if (running.length > 0) return `the checks ${where}`;
  return missing.length > 0 ? `${missing.join(', ')} ${where}` : `a first check ${where}`;
}
