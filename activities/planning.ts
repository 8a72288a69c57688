import { activityInfo } from '@temporalio/activity';
import type { Commit, Sha } from '../domain/candidate.ts';
import { shaPattern, shortSha } from '../domain/candidate.ts';
import type { Component } from '../domain/catalog.ts';
import { isDocsOnly } from '../domain/docs-only.ts';
import { unknownName } from '../domain/nearest-name.ts';
import type { ReleaseOutcome } from '../domain/outcome.ts';
import type { FailedCheck, Verdict } from '../domain/pipeline.ts';
import { judge, toldFailures } from '../domain/pipeline.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import { planRelease } from '../domain/release-plan.ts';
import type { ReleaseRequest } from '../domain/release-request.ts';
import { commitOn } from './branch-commit.ts';
import { neverRetry, notYet } from './failures.ts';
import type { Ports } from './index.ts';
import type { Announcement } from './reports.ts';
import type { OfferedCandidate } from './running-releases.ts';

export type Planned =
  | ReleasePlan
  | Extract<ReleaseOutcome, { kind: 'upToDate' }>
  | (Extract<ReleaseOutcome, { kind: 'noCandidate' }> & Warned)
  /** The mirror lacks newer commits of the canonical repository: what it has is not the newest. */
  | ({ readonly kind: 'mirrorBehind'; readonly waitingFor: string } & Warned);

interface Warned {
  /** For those who own the mirror. */
  readonly warning?: Announcement;
}

/** Reads the catalog and the repositories, and decides what the release will carry. Writes nothing. */
export function createPlanning({ catalog, forge, releases }: Pick<Ports, 'catalog' | 'forge' | 'releases'>) {
  /** @throws `InvalidInput` for an unknown component or a SHA that can't be released, `InvalidCatalog`, `NotYet` while CI still runs, and, to whoever is patient, while the mirror lags behind. */
  async function plan({ component: name, sha, patient }: ReleaseRequest & { readonly patient?: boolean }): Promise<Planned> {
    const read = await catalog.read();
    const component = Object.hasOwn(read.components, name) ? read.components[name] : undefined;
    if (!component) throw neverRetry('InvalidInput', unknownName('component', name, Object.keys(read.components)));
    const [pinned, base] = await Promise.all([readPin(component.downstream), headOf(component.downstream)]);
    const found = sha ? await asked(component, sha, pinned) : await newest(component, pinned);
    if (found.kind === 'mirrorBehind' && patient) throw notYet(`still waiting for ${found.waitingFor}`);
    return found.kind === 'candidate' ? planRelease(read, name, { candidate: found.commit, pinned, base }) : found;
  }

  async function readPin({ repository, branch, versionFile }: Component['downstream']): Promise<Sha> {
    const text = (await forge.commits.read(repository, versionFile, branch))?.trim();
    if (text !== undefined && shaPattern.test(text)) return text;
    const given = text === undefined ? 'does not exist' : `contains "${text.slice(0, 60)}"`;
    throw neverRetry('Conflict', `${versionFile} in ${repository} (${branch}) must be a commit SHA of 40 hex digits, but it ${given}`);
  }

  async function headOf({ repository, branch }: Component['downstream']): Promise<Sha> {
    const head = await forge.branches.find(repository, branch);
    if (head) return head;
    throw neverRetry('InvalidCatalog', `branch ${branch} of ${repository} does not exist`);
  }

  type Found = { readonly kind: 'candidate'; readonly commit: Commit } | Exclude<Planned, ReleasePlan>;

  /**
   * The newest commit whose checks have all finished decides; pending ones above it are passed over. Never backwards:
   * the search ends at the commit that is pinned downstream.
   */
  async function newest({ source }: Component, pinned: Sha): Promise<Found> {
    const missing = await missingOnMirror(source);
    if (missing) return mirrorBehind(source, missing);
    let red: Extract<Found, { kind: 'noCandidate' }> | undefined;
    let pending: string | undefined;
    for (const commit of await forge.commits.history(source.mirror, source.branch, source.searchDepth)) {
      if (commit.sha === pinned) break;
      const verdict = await verdictOf(source, commit.sha);
      if (verdict.kind !== 'pending' && (await testsNothing(source, commit.sha))) continue;
      if (verdict.kind === 'green') return { kind: 'candidate', commit };
      if (verdict.kind === 'pending') pending ??= commit.sha;
      if (verdict.kind === 'red') {
        red ??= { kind: 'noCandidate', sha: commit.sha, failed: verdict.failed, ...redMirror(source, commit.sha, verdict.failed) };
        if (source.whenRed === 'hold') return red;
      }
    }
    if (red) return red;
    if (pending) throw notYet(`the checks of ${pending} on ${source.mirror} still run`);
    return { kind: 'upToDate', pinned };
  }

  /** The canonical head, if the mirror has neither it nor one of the few commits before it that it may lag behind. */
  async function missingOnMirror({ canonical, mirror, branch, toleratedLag }: Component['source']): Promise<Sha | undefined> {
    const newest = await forge.commits.history(canonical, branch, toleratedLag + 1);
    for (const { sha } of newest) {
      if (await commitOn(forge.commits, mirror, branch, sha)) return undefined;
    }
    return newest[0]?.sha;
  }

  /** A pipeline that ran for documentation only says nothing about the code. */
  async function testsNothing({ mirror, docs }: Component['source'], sha: Sha): Promise<boolean> {
    return docs.length > 0 && isDocsOnly(await forge.commits.files(mirror, sha), docs);
  }

  /** Offers a candidate to its release, which is started where it does not run. */
  async function offer(offered: OfferedCandidate): Promise<void> {
    await releases.offer(offered, activityInfo().taskQueue);
  }

  async function asked({ source }: Component, sha: Sha, pinned: Sha): Promise<Found> {
    if (sha === pinned) return { kind: 'upToDate', pinned };
    const commit = await commitOn(forge.commits, source.mirror, source.branch, sha);
    if (!commit) throw neverRetry('InvalidInput', `commit ${sha} does not exist on the mirror ${source.mirror}, on its branch ${source.branch}`);
    const { diverged } = await forge.commits.range(source.mirror, pinned, sha);
    if (diverged) throw neverRetry('InvalidInput', `commit ${sha} does not come after ${pinned}, which is pinned: a release never goes backwards`);
    const verdict = await verdictOf(source, sha);
    if (verdict.kind === 'pending') throw notYet(`the checks of ${sha} on ${source.mirror} still run: ${verdict.waitingFor.join(', ')}`);
    return verdict.kind === 'green' ? { kind: 'candidate', commit } : { kind: 'noCandidate', sha, failed: verdict.failed };
  }

  async function verdictOf({ mirror, requiredChecks }: Component['source'], sha: Sha): Promise<Verdict> {
    return judge(await forge.pipelines.checks(mirror, sha), requiredChecks);
  }

  return { plan, offer };
}

function mirrorBehind({ canonical, mirror, owners }: Component['source'], missing: Sha): Extract<Planned, { kind: 'mirrorBehind' }> {
  const text = `${mirror} lags behind ${canonical}: it lacks ${missing}. Nothing is released until it has it`;
  return {
    kind: 'mirrorBehind',
    waitingFor: `${shortSha(missing)} of ${canonical} on ${mirror}`,
    ...(owners && { warning: { channel: owners, key: `mirror ${mirror} lacks ${missing}`, text } }),
  };
}

function redMirror({ mirror, owners }: Component['source'], sha: Sha, failed: readonly FailedCheck[]): Warned {
  if (!owners) return {};
  const text = `${mirror} is red at ${shortSha(sha)}: ${toldFailures(failed)}. Nothing is released until a newer commit is green`;
  return { warning: { channel: owners, key: `mirror ${mirror} is red at ${sha}`, text } };
}
