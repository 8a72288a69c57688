import type { Sha } from '../../../domain/code/commit.ts';
import { versionMessage } from '../../../domain/code/trailer.ts';
import { sectionOf } from '../../../domain/versions/changelog/changelog-file.ts';
import { isHighest } from '../../../domain/versions/line.ts';
import { owedDisclosure } from '../../../domain/versions/security/owed.ts';
import type { PreparedLine, SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { versionOf, versionOfTag } from '../../../domain/versions/version.ts';
import { versionedIn } from '../../../ports/catalog/entries.ts';
import { neverRetry, notYet, tryAgain } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';
import { asking } from '../asking.ts';
import { versionCommits } from '../commits.ts';
import type { MergedBack } from '../merging-back.ts';
import { createPublishing } from '../publishing.ts';
import { createPreparing } from './preparing.ts';

/** One of the branches that everybody sees, and what it is to have: the fix, or, on the default branch, the sections of the versions that have it. */
export type Disclosure = { readonly plan: SecurityPlan; readonly branch: string } & Disclosed;
type Disclosed = { readonly what: 'fix'; readonly target: Sha } | { readonly what: 'changelog'; readonly lines: readonly PreparedLine[] };

/** A version that everybody may know of. */
export interface DisclosedVersion {
  readonly plan: SecurityPlan;
  readonly line: PreparedLine;
}

/** What a branch lacks, as that is now: `to` is its head with all of it. */
type Lacking = { readonly kind: 'nothing' } | { readonly kind: 'conflict'; readonly paths: readonly string[] } | { readonly kind: 'move'; readonly from?: Sha; readonly to: Sha };

/** Shows everybody what was made in the security repository. */
export function createDisclosing(ports: Pick<Ports, 'catalog' | 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { catalog: source, git } = ports;
  const { missingOn, notBefore } = versionCommits(git);
  const { recipeOf } = createPreparing(ports);
  const { publishVersion } = createPublishing(ports);
  const { ask } = asking(ports);

  /** Merges it into the branch that everybody sees, wherever that has gone meanwhile. */
  async function discloseBranch(disclosure: Disclosure): Promise<MergedBack> {
    const { plan: { id, canonical }, branch, what } = disclosure;
    return effect<MergedBack>({
      key: `disclose ${id} ${branch} ${what}`,
      lagMs: 0,
      async probe() {
        const missing = await lacking(disclosure);
        return missing.kind === 'nothing' ? { kind: 'done' } : undefined;
      },
      async act() {
        const missing = await lacking(disclosure);
        if (missing.kind === 'nothing') return { kind: 'done' };
        if (missing.kind === 'conflict') return missing;
        const pushed = await git.push(canonical, [{ ref: { branch }, from: missing.from, to: missing.to }]);
        if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${branch} of ${canonical} has moved on meanwhile`);
        return pushed.kind === 'pushed' ? { kind: 'done' } : { kind: 'refused', reason: pushed.reason };
      },
    });
  }

  async function lacking(disclosure: Disclosure): Promise<Lacking> {
    const { plan, branch } = disclosure;
    const { id, repository, canonical, date } = plan;
    const from = (await git.refs(canonical)).branches[branch];
    if (disclosure.what === 'changelog') return from === undefined ? { kind: 'nothing' } : moveTo(from, await withSections(plan, disclosure.lines, from));
    const { target } = disclosure;
    await git.bring(canonical, repository, [target]);
    if (from === undefined) return { kind: 'move', to: target };
    if ((await git.mergeBase(canonical, target, from)) === target) return { kind: 'nothing' };
    const merge = await git.write(canonical, { kind: 'merge', into: from, from: target, message: versionMessage(`Merge security release into ${branch}`, id), date: await notBefore(canonical, date, from) });
    return merge.kind === 'conflict' ? { kind: 'conflict', paths: merge.paths } : moveTo(from, merge.kind === 'written' ? merge.sha : from);
  }

  async function withSections(plan: SecurityPlan, lines: readonly PreparedLine[], head: Sha): Promise<Sha> {
    const { canonical, repository } = plan;
    let to = head;
    for (const { target, tag } of lines) {
      if (tag === undefined) continue;
      await git.bring(canonical, repository, [target]);
      const { recipe } = await recipeOf(plan, versionOf(await nameOf(plan, tag)));
      const section = sectionOf((await git.read(canonical, target, recipe.changelogFile)) ?? '', recipe.version);
      const missing = await missingOn({ ...recipe, repository: canonical, target, ...(section && { section: { date: section.date, body: section.body } }) }, to);
      if (missing.kind === 'changelog') to = missing.commit.sha;
    }
    return to;
  }

  /** Looks once, whoever has brought it there. @throws `NotYet` until the branch lacks nothing */
  async function branchDisclosed(disclosure: Disclosure): Promise<MergedBack> {
    if ((await lacking(disclosure)).kind !== 'nothing') throw notYet(`${disclosure.branch} of ${disclosure.plan.canonical} lacks the security release`);
    return { kind: 'done' };
  }

  /** Asks people for what could not be pushed. Undefined where nothing is lacking any more. */
  async function openDisclosure({ disclosure, why }: { readonly disclosure: Disclosure; readonly why: string }): Promise<{ readonly number: number; readonly url: string } | undefined> {
    const { plan, branch, what } = disclosure;
    return ask(plan.canonical, plan.id, owedDisclosure(plan, { branch, what, why }), async (at) => {
      const missing = await lacking(disclosure);
      if (missing.kind === 'nothing') return undefined;
      const start = disclosure.what === 'fix' ? disclosure.target : missing.kind === 'move' ? missing.to : undefined;
      const isContinued = at !== undefined && start !== undefined && (await git.mergeBase(plan.canonical, start, at)) === start;
      return isContinued ? at : start;
    });
  }

  async function nameOf({ repository }: SecurityPlan, tag: Sha): Promise<string> {
    const found = (await git.refs(repository)).tags.find(({ sha }) => sha === tag);
    if (!found) throw neverRetry('Conflict', `${repository} has the tag ${tag} no more`);
    return found.name;
  }

  /** The very tag of the security repository. Answers its name. @throws `Conflict` where another stands in its place */
  async function discloseTag({ plan, line: { tag, target } }: DisclosedVersion): Promise<string> {
    const { canonical, repository } = plan;
    const name = await nameOf(plan, tag!);
    return effect({
      key: `tag ${canonical} ${name}`,
      lagMs: 0,
      async probe() {
        const there = (await git.refs(canonical)).tags.find((one) => one.name === name);
        if (there && there.commit !== target) throw neverRetry('Conflict', `the tag ${name} of ${canonical} stands on ${there.commit}: tags are never moved`);
        return there && name;
      },
      async act() {
        await git.bring(canonical, repository, [target, tag!]);
        const pushed = await git.push(canonical, [{ ref: { tag: name }, to: tag! }]);
        if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${name} of ${canonical} has come into being meanwhile`);
        if (pushed.kind === 'refused') throw neverRetry('Refused', `${canonical} does not take the tag ${name}: ${pushed.reason}`);
      },
    });
  }

  /** The page of a version that everybody may know of. */
  async function publishFix({ plan, line: { tag, target } }: DisclosedVersion): Promise<{ readonly url: string }> {
    const { canonical, component } = plan;
    const name = await nameOf(plan, tag!);
    const version = versionOf(name);
    const { versions } = versionedIn(await source.read(), component);
    const section = sectionOf((await git.read(canonical, target, versions.changelog.file)) ?? '', version);
    const tagged = (await git.refs(canonical)).tags.flatMap((one) => versionOfTag(one.name) ?? []);
    return publishVersion({ repository: canonical, tag: name, version, versionKind: 'patch', latest: isHighest(version, tagged), ...(section && { section: { date: section.date, body: section.body } }) });
  }

  return { discloseBranch: beating(discloseBranch), branchDisclosed, openDisclosure: beating(openDisclosure), discloseTag: beating(discloseTag), publishFix: beating(publishFix) };
}

function moveTo(from: Sha, to: Sha): Lacking {
  return from === to ? { kind: 'nothing' } : { kind: 'move', from, to };
}
