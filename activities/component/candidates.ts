import type { Commit, Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { FailedCheck, Pending, PipelineVerdict } from '../../domain/code/pipeline.ts';
import { nothingRan, toldFailures, toldWait } from '../../domain/code/pipeline.ts';
import type { Code } from '../../domain/code/rules.ts';
import { isDocsOnly } from '../../domain/component/docs-only.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import type { Veto } from '../../domain/people/objection.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { MainLineCommit } from '../../ports/forge/commits.ts';
import type { Ports } from '../../ports/ports.ts';
import { commitOn, commitOnLine } from '../changes/branch-commit.ts';
import { verdicts } from '../changes/verdict.ts';
import { reread } from '../doubt.ts';
import { containment } from '../environments/containment.ts';
import { readObjections } from '../people/objections.ts';
import type { Announcement } from '../release/reports.ts';
import { serverTime } from '../server-time.ts';

export type NoCandidate = Extract<ReleaseOutcome, { kind: 'noCandidate' }> & Warned;

/** Nothing can be decided yet. */
export interface Undecided extends Warned {
  readonly kind: 'waiting';
  readonly waitingFor: string;
  /** How long that is usual, in ms. */
  readonly patience: number;
  /** What is decided when it takes longer; to be waited for still, without it. */
  readonly otherwise?: NoCandidate;
}

export interface Warned {
  /** For those who own the mirror. */
  readonly warning?: Announcement;
}

export type Found =
  | ({ readonly kind: 'candidate'; readonly commit: Commit; readonly silent?: readonly string[] } & Warned)
  | (Extract<ReleaseOutcome, { kind: 'halted' | 'vetoed' | 'upToDate' }> & Warned)
  | NoCandidate
  | Omit<Undecided, 'patience'>;

/** What is looked at, how patiently, and who is told. */
export interface Watch {
  readonly component: string;
  /** The commits that nobody is to release. */
  readonly vetoes: readonly Veto[];
  readonly code: Code;
  readonly patience: number;
  /** Those who own the mirror, or else the team; nobody, where the catalog names neither. */
  readonly told: string | undefined;
}

/** Which commit is to be released, by what CI and people say of it. */
export function candidates(ports: Pick<Ports, 'catalog' | 'forge' | 'releases' | 'environments' | 'components'>) {
  const { forge } = ports;
  const { verdictOf } = verdicts(forge);
  const { comesAfter } = containment(forge);
  const { vetoIn } = readObjections(ports);

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

  /** The one that somebody asks for. @throws `InvalidInput` where it can't be released */
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

  return { newest, asked, vetoedBy };
}

function mirrorBehind({ code: { canonical, mirror }, told }: Watch, missing: Sha): Omit<Undecided, 'patience'> {
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
function untested(watch: Watch, sha: Sha): Omit<Undecided, 'patience'> {
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
