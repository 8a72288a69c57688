import type { Sha } from '../../domain/code/commit.ts';
import { stableBranch } from '../../domain/code/stable-branch.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { withSection } from '../../domain/versions/changelog/changelog-file.ts';
import type { MergeBack, PlannedCommit, VersionPlan } from '../../domain/versions/plan.ts';
import { versionText } from '../../domain/versions/version.ts';
import { withHigher, withVersion } from '../../domain/versions/version-file.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Git } from '../../ports/git/git.ts';

/** What the commits of a version are made of. */
export type Recipe = Pick<VersionPlan, 'id' | 'repository' | 'version' | 'tag' | 'files' | 'changelogFile' | 'section' | 'date' | 'defaultBranch' | 'mergesBackBy' | 'versionKind' | 'target'>;

/** The commits of a version release, which come out the same each time. They are in the clone only until somebody pushes them. */
export function versionCommits(git: Git) {
  /** The commit that states a version, on its branch: undefined where its parent has all of that. */
  async function versionCommit(recipe: Omit<Recipe, 'target'>, parent: Sha): Promise<PlannedCommit | undefined> {
    const text = versionText(recipe.version);
    const title = recipe.section ? `Update version and changelog to ${text}` : `Update version to ${text}`;
    return made(recipe, { parent, title, date: recipe.date, states: true, tells: true });
  }

  async function made(recipe: Omit<Recipe, 'target'>, wanted: Pick<PlannedCommit, 'parent' | 'date' | 'states' | 'tells'> & { readonly title: string }): Promise<PlannedCommit | undefined> {
    const { title, ...rest } = wanted;
    const message = versionMessage(title, recipe.id);
    const files = await changedFiles(recipe, rest);
    const paths = Object.keys(files);
    if (paths.length === 0) return undefined;
    const written = await git.write(recipe.repository, { kind: 'commit', parent: rest.parent, files, message, date: rest.date });
    if (written.kind !== 'written') throw new Error(`a commit of files can't be in ${written.kind}`);
    return { ...rest, sha: written.sha, paths, message };
  }

  async function changedFiles(recipe: Omit<Recipe, 'target'>, { parent, states, tells }: Pick<PlannedCommit, 'parent' | 'states' | 'tells'>): Promise<Readonly<Record<string, string>>> {
    const changed: Record<string, string> = {};
    for (const file of states ? recipe.files : []) {
      const before = await git.read(recipe.repository, parent, file.path);
      const after = withVersion(file, before, recipe.version);
      if (after.kind === 'refused') throw neverRetry('InvalidCatalog', `versions.files: ${after.reason}`);
      if (after.text !== before) changed[file.path] = after.text;
    }
    if (tells && recipe.section) {
      const before = await git.read(recipe.repository, parent, recipe.changelogFile);
      const after = withSection(before ?? '', { version: recipe.version, ...recipe.section });
      if (after !== before) changed[recipe.changelogFile] = after;
    }
    return changed;
  }

  /** Puts a planned commit into the clone, which may have lost it. @throws Error if it comes out as another one */
  async function remake(recipe: Omit<Recipe, 'target'>, { sha, parent, message, date, states, tells }: PlannedCommit): Promise<void> {
    const files = await changedFiles(recipe, { parent, states, tells });
    const written = await git.write(recipe.repository, { kind: 'commit', parent, files, message, date });
    if (written.kind !== 'written' || written.sha !== sha) throw new Error(`the commit ${sha} of ${recipe.tag} came out as another one`);
  }

  /** What the default branch, at `head`, lacks of a version. */
  async function missingOn(recipe: Recipe, head: Sha): Promise<MergeBack> {
    const { repository, target, versionKind, defaultBranch, mergesBackBy, version, id } = recipe;
    if (versionKind === 'candidate' || (await git.mergeBase(repository, target, head)) === target) return { kind: 'none' };
    const date = await notBefore(repository, recipe.date, head);
    if (versionKind === 'patch' || mergesBackBy === 'changelogOnly') {
      const commit = await made(recipe, { parent: head, title: `Update changelog for ${versionText(version)}`, date, states: false, tells: true });
      return commit ? { kind: 'changelog', commit } : { kind: 'none' };
    }
    const message = versionMessage(`Merge branch '${stableBranch(version)}' into ${defaultBranch}`, id);
    const tried = await git.write(repository, { kind: 'merge', into: head, from: target, message, date });
    const files = tried.kind === 'conflict' ? await higherVersions(recipe, { head, paths: tried.paths }) : {};
    const merge = Object.keys(files).length > 0 ? await git.write(repository, { kind: 'merge', into: head, from: target, files, message, date }) : tried;
    if (merge.kind === 'conflict') return { kind: 'conflict', into: head, paths: merge.paths };
    if (merge.kind !== 'written') throw new Error('a merge always makes a commit');
    return { kind: 'merge', into: head, sha: merge.sha };
  }

  /** What files that conflict in nothing but the version state: a candidate has been made on the default branch since. The higher one is what comes next there. */
  async function higherVersions({ repository, target, files }: Recipe, { head, paths }: { readonly head: Sha; readonly paths: readonly string[] }): Promise<Readonly<Record<string, string>>> {
    const stated: Record<string, string> = {};
    for (const file of files.filter(({ path }) => paths.includes(path))) {
      const [ours, theirs] = [await git.read(repository, head, file.path), await git.read(repository, target, file.path)];
      const higher = ours === undefined || theirs === undefined ? undefined : withHigher(file, ours, theirs);
      if (higher !== undefined) stated[file.path] = higher;
    }
    return stated;
  }

  /** A commit is not dated before its parent. */
  async function notBefore(repository: Repository, date: string, parent: Sha): Promise<string> {
    const [commit] = await git.log(repository, { to: parent, limit: 1 });
    return commit && commit.committedAt > date ? commit.committedAt : date;
  }

  return { versionCommit, remake, missingOn, notBefore };
}
