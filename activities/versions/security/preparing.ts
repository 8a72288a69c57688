import type { Sha } from '../../../domain/code/commit.ts';
import { lineOf } from '../../../domain/code/stable-branch.ts';
import { versionMessage } from '../../../domain/code/trailer.ts';
import { changelogOf, sectionBody } from '../../../domain/versions/changelog/changelog.ts';
import { previousVersion } from '../../../domain/versions/line.ts';
import { nextPatch } from '../../../domain/versions/security/lines.ts';
import type { PreparedLine, ReadyFix, SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { publicText } from '../../../domain/versions/security/public-text.ts';
import { tagOf, titleOf, versionOfTag } from '../../../domain/versions/version.ts';
import type { Version } from '../../../domain/versions/version.ts';
import { versionedIn } from '../../../ports/catalog/entries.ts';
import { neverRetry, tryAgain } from '../../../ports/failures.ts';
import type { RefMove, Refs, Written } from '../../../ports/git/git.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';
import { versionCommits } from '../commits.ts';
import type { Recipe } from '../commits.ts';
import { discretion } from './discretion.ts';
import { createReadiness } from './readiness.ts';

export interface FixToPrepare {
  readonly plan: SecurityPlan;
  readonly fix: ReadyFix;
}

export type Prepared =
  | { readonly kind: 'prepared'; readonly line: PreparedLine }
  /** The pull request, or its branch, is not what it was: it has to be ready anew. Nothing was written. */
  | { readonly kind: 'moved' };

/** Merges a fix in the security repository, and tags the versions that have it there. */
export function createPreparing(ports: Pick<Ports, 'catalog' | 'forge' | 'git' | 'releases' | 'readLagMs'>) {
  const { catalog: source, forge, git } = ports;
  const { notBefore, versionCommit } = versionCommits(git);
  const { discreetly } = discretion(ports);
  const { preparedOn } = createReadiness(ports);

  /** The branch and its tag are pushed at once, so that there is never one without the other. */
  async function prepareFix({ plan, fix }: FixToPrepare): Promise<Prepared> {
    const { repository } = plan;
    return discreetly(plan, () =>
      effect<Prepared>({
        key: `prepare ${plan.id} ${fix.branch}`,
        lagMs: 0,
        async probe() {
          const line = await preparedOn(plan, await git.refs(repository), fix.branch);
          return line && { kind: 'prepared', line };
        },
        act: () => prepare(plan, fix),
      }),
    );
  }

  async function prepare(plan: SecurityPlan, { branch, number, head }: ReadyFix): Promise<Prepared> {
    const { repository, id, canonical } = plan;
    const [refs, known] = [await git.refs(repository), await git.refs(canonical)];
    const at = refs.branches[branch];
    if (at === undefined) throw neverRetry('Conflict', `${repository} has no branch ${branch} any more`);
    const pull = await forge.pullRequests.get(repository, number);
    if (pull?.state !== 'open' || pull.head !== head) return { kind: 'moved' };
    const merged = await git.write(repository, { kind: 'merge', into: at, from: head, message: versionMessage(`Merge security fix into ${branch}`, id), date: await notBefore(repository, plan.date, at) });
    if (merged.kind === 'conflict') return { kind: 'moved' };
    const version = lineVersion(branch, [...refs.tags, ...known.tags]);
    const made: Omit<PreparedLine, 'branch'> = version ? await tagged(plan, { version, parent: shaOf(merged), refs }) : { target: shaOf(merged) };
    const moves: RefMove[] = [{ ref: { branch }, from: at, to: made.target }, ...(version && made.tag ? [{ ref: { tag: tagOf(version) }, to: made.tag }] : [])];
    const pushed = await git.push(repository, moves);
    if (pushed.kind === 'moved') throw tryAgain('Unavailable', `${pushed.ref} of ${repository} has moved meanwhile`);
    if (pushed.kind === 'refused') throw neverRetry('Refused', `${repository} does not take ${pushed.ref}: ${pushed.reason}`);
    return { kind: 'prepared', line: { branch, ...made } };
  }

  /** Its commit, with a section that everybody may read some day, and its tag. */
  async function tagged(plan: SecurityPlan, { version, parent, refs }: { readonly version: Version; readonly parent: Sha; readonly refs: Refs }): Promise<Omit<PreparedLine, 'branch'>> {
    const { repository, canonical } = plan;
    const { recipe, rules } = await recipeOf(plan, version);
    const previous = previousVersion(version, refs.tags.flatMap(({ name }) => versionOfTag(name) ?? []));
    const from = previous && refs.tags.find(({ name }) => name === tagOf(previous))?.commit;
    const { groups, warnings } = changelogOf(await git.log(repository, { from, to: parent }), rules.changelog);
    const open = groups.map(({ title, entries }) => ({ title, entries: entries.map((entry) => ({ ...entry, title: publicText(entry.title, repository, canonical) })) }));
    const link = await publicLink(plan);
    const commit = await versionCommit({ ...recipe, section: { date: plan.date.slice(0, 10), body: sectionBody({ groups: open, warnings }, link) } }, parent);
    const target = commit?.sha ?? parent;
    const tag = await git.write(repository, { kind: 'tag', name: tagOf(version), commit: target, message: titleOf(version), date: recipe.date });
    return { target, tag: shaOf(tag) };
  }

  async function recipeOf({ id, component, repository, date, defaultBranch }: SecurityPlan, version: Version) {
    const { versions: rules } = versionedIn(await source.read(), component);
    const recipe: Omit<Recipe, 'target'> = {
      id, repository, version, tag: tagOf(version), versionKind: 'patch', date, defaultBranch, mergesBackBy: rules.mergeBack,
      files: rules.files.map(({ path, pattern }) => ({ path, ...(pattern !== undefined && { pattern }) })),
      changelogFile: rules.changelog.file,
    };
    return { recipe, rules };
  }

  /** Where everybody will see a commit. */
  async function publicLink({ canonical, defaultBranch }: SecurityPlan): Promise<(sha: Sha) => string> {
    const shown = (await git.refs(canonical)).branches[defaultBranch];
    const commit = shown && (await forge.commits.find(canonical, shown));
    if (!commit) throw tryAgain('Unavailable', `${canonical} does not show the head of ${defaultBranch}`);
    return (sha) => commit.url.replace(commit.sha, sha);
  }

  return { prepareFix: beating(prepareFix), recipeOf };
}

function lineVersion(branch: string, tags: Refs['tags']): Version | undefined {
  const line = lineOf(branch);
  return line && nextPatch({ ...line, patch: 0 }, tags.flatMap(({ name }) => versionOfTag(name) ?? []));
}

function shaOf(written: Written): Sha {
  if (written.kind !== 'written') throw new Error(`what can't conflict is in ${written.kind}`);
  return written.sha;
}
