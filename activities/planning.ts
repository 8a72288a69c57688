import type { Commit, Sha } from '../domain/candidate.ts';
import { shaPattern } from '../domain/candidate.ts';
import type { Component } from '../domain/catalog.ts';
import { unknownName } from '../domain/nearest-name.ts';
import type { ReleaseOutcome } from '../domain/outcome.ts';
import type { Verdict } from '../domain/pipeline.ts';
import { judge } from '../domain/pipeline.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import { planRelease } from '../domain/release-plan.ts';
import type { ReleaseRequest } from '../domain/release-request.ts';
import type { CatalogSource } from './catalog/catalog.ts';
import { neverRetry, notYet } from './failures.ts';
import type { Forge } from './forge/forge.ts';

export type Planned = ReleasePlan | Extract<ReleaseOutcome, { kind: 'upToDate' | 'noCandidate' }>;

/** Reads the catalog and the repositories, and decides what the release will carry. Writes nothing. */
export function createPlanning({ catalog, forge }: { readonly catalog: CatalogSource; readonly forge: Forge }) {
  /** @throws `InvalidInput` for an unknown component or a SHA that can't be released, `InvalidCatalog`, `NotYet` while CI still runs. */
  async function plan({ component: name, sha }: ReleaseRequest): Promise<Planned> {
    const read = await catalog.read();
    const component = Object.hasOwn(read.components, name) ? read.components[name] : undefined;
    if (!component) throw neverRetry('InvalidInput', unknownName('component', name, Object.keys(read.components)));
    const [pinned, base] = await Promise.all([readPin(component.downstream), headOf(component.downstream)]);
    const found = sha ? await asked(component, sha, pinned) : await newest(component, pinned);
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
    let red: Extract<Found, { kind: 'noCandidate' }> | undefined;
    let pending: string | undefined;
    for (const commit of await forge.commits.history(source.mirror, source.branch, source.searchDepth)) {
      if (commit.sha === pinned) break;
      const verdict = await verdictOf(source, commit.sha);
      if (verdict.kind === 'green') return { kind: 'candidate', commit };
      if (verdict.kind === 'pending') pending ??= commit.sha;
      if (verdict.kind === 'red') {
        red ??= { kind: 'noCandidate', sha: commit.sha, failed: verdict.failed };
        if (source.whenRed === 'hold') return red;
      }
    }
    if (red) return red;
    if (pending) throw notYet(`the checks of ${pending} on ${source.mirror} still run`);
    return { kind: 'upToDate', pinned };
  }

  async function asked({ source }: Component, sha: Sha, pinned: Sha): Promise<Found> {
    if (sha === pinned) return { kind: 'upToDate', pinned };
    const commit = await forge.commits.find(source.mirror, sha);
    if (!commit) throw neverRetry('InvalidInput', `commit ${sha} does not exist on the mirror ${source.mirror}`);
    const { diverged } = await forge.commits.range(source.mirror, pinned, sha);
    if (diverged) throw neverRetry('InvalidInput', `commit ${sha} does not come after ${pinned}, which is pinned: a release never goes backwards`);
    const verdict = await verdictOf(source, sha);
    if (verdict.kind === 'pending') throw notYet(`the checks of ${sha} on ${source.mirror} still run: ${verdict.waitingFor.join(', ')}`);
    return verdict.kind === 'green' ? { kind: 'candidate', commit } : { kind: 'noCandidate', sha, failed: verdict.failed };
  }

  async function verdictOf({ mirror, requiredChecks }: Component['source'], sha: Sha): Promise<Verdict> {
    return judge(await forge.pipelines.checks(mirror, sha), requiredChecks);
  }

  return { plan };
}
