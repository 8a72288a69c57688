import type { Sha } from '../../domain/code/commit.ts';
import { stableBranch } from '../../domain/code/stable-branch.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Catalog } from '../../domain/catalog.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { nextCandidate } from '../../domain/versions/candidate-number.ts';
import type { Asker } from '../../domain/versions/candidate-number.ts';
import { changelogOf, sectionBody } from '../../domain/versions/changelog/changelog.ts';
import { sectionOf } from '../../domain/versions/changelog/changelog-file.ts';
import { isHighest, placeOf, previousVersion } from '../../domain/versions/line.ts';
import type { VersionPlan } from '../../domain/versions/plan.ts';
import { versionReleaseId } from '../../domain/versions/plan.ts';
import type { VersionRequest } from '../../domain/versions/request.ts';
import { readVersion, tagOf, versionKind, versionOfTag, versionText } from '../../domain/versions/version.ts';
import { statedVersion } from '../../domain/versions/version-file.ts';
import { componentIn, versionedIn } from '../../ports/catalog/entries.ts';
import { tryAgain } from '../../ports/failures.ts';
import type { Refs } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { versionCommits } from './commits.ts';
import type { Recipe } from './commits.ts';
import { refused, versionGround } from './ground.ts';
import { productTags } from './product-tags.ts';
import type { Ground, Refused, Scene } from './ground.ts';
import { serverTime } from '../server-time.ts';

export type PlannedVersion =
  | VersionPlan
  /** Nothing was written, and nothing will be before somebody changes something. */
  | Refused
  /** It leaves versions out, of which nobody has said what becomes of them. */
  | { readonly kind: 'gap'; readonly version: string; readonly missing: readonly string[]; /** Where people are asked. */ readonly channel?: string };

export type PlanVersionRequest = Omit<VersionRequest, 'by' | 'reason' | 'dryRun' | 'downstream'> & {
  readonly asker: Asker;
  /** Somebody has decided that the versions which this one leaves out will never be made. */
  readonly burns?: boolean;
};

/** Reads the catalog, the repository and what production runs, and decides what a version is made of. Writes nothing that anybody sees. */
export function createVersionPlanning({ catalog: source, forge, git, environments }: Pick<Ports, 'catalog' | 'forge' | 'git' | 'environments'>) {
  const { missingOn, notBefore, versionCommit } = versionCommits(git);
  const { groundOf, statedVersions } = versionGround({ forge, git, environments });
  const { commitFor } = productTags({ forge });

  /** @throws `InvalidInput` for an unknown component, `InvalidCatalog` */
  async function planVersion(request: PlanVersionRequest): Promise<PlannedVersion> {
    const catalog = await source.read();
    const planned = await decide(catalog, request);
    const { chat } = componentIn(catalog, request.component);
    return planned.kind === 'refused' && request.product !== undefined && chat ? { ...planned, channel: chat.team } : planned;
  }

  async function decide(catalog: Catalog, request: PlanVersionRequest): Promise<PlannedVersion> {
    const { code, versions: rules } = versionedIn(catalog, request.component);
    const { chat } = componentIn(catalog, request.component);
    const repository = rules.repository ?? code.canonical;
    const refs = await git.refs(repository);
    const head = refs.branches[code.branch];
    if (head === undefined) return refused(`branch ${code.branch} of ${repository} does not exist`);
    const tagged = refs.tags.flatMap(({ name }) => versionOfTag(name) ?? []);
    const scene = { repository, rules, catalog, component: request.component, product: request.product, refs, defaultBranch: code.branch, head, tagged };

    const version = request.version === 'rc' ? await currentCandidate(scene, request.asker) : readVersion(request.version);
    if (version.kind === 'refused') return version;
    const set: Scene = { ...scene, version: version.version, id: versionReleaseId(request.component, version.version) };
    const tag = refs.tags.find(({ name }) => name === tagOf(set.version));
    if (tag) return planTagged(set, tag);

    const { product, sha } = request;
    if (product !== undefined && sha !== undefined) return refused('sha: the product\'s tag says which commit is released');
    const asked = product === undefined ? undefined : await commitFor(catalog, request.component, { tag: product, version: set.version });
    if (asked?.kind === 'refused') return asked;
    const place = placeOf(set.version, tagged);
    if (place.kind === 'refused') return place;
    if (place.kind === 'gap' && !request.burns) return { kind: 'gap', version: versionText(set.version), missing: place.missing.map(versionText), ...(chat && { channel: chat.team }) };
    const ground = await groundOf(set, { asker: request.asker, sha: asked?.sha ?? sha });
    return ground.kind === 'refused' ? ground : planFresh(set, ground);
  }

  /** "rc": the next free one of the open milestone that is due next. */
  async function currentCandidate(scene: Omit<Scene, 'version' | 'id'>, asker: Asker) {
    const today = new Date(serverTime()).toISOString().slice(0, 10);
    const milestones = await forge.milestones.list(scene.repository);
    const current = milestones.find(({ title, state, due }) => state === 'open' && due !== undefined && due.slice(0, 10) >= today && /^v?\d+\.\d+$/.test(title));
    if (!current) return refused(`version: "rc" is a candidate of the current milestone, and ${scene.repository} has no open one such as "12.9" that is still due`);
    const line = readVersion(`${current.title}.0`);
    if (line.kind === 'refused') return line;
    const next = nextCandidate(line.version, [...scene.tagged, ...(await statedVersions(scene))], asker, scene.rules.candidates);
    return next.kind === 'free' ? { kind: 'version' as const, version: next.version } : next;
  }

  /** Everything before the tag has been done; or it is somebody else's. */
  async function planTagged(scene: Scene, tag: Refs['tags'][number]): Promise<PlannedVersion> {
    const { version, repository, rules, refs, defaultBranch, head } = scene;
    const branch = stableBranch(version);
    const [file] = rules.files;
    const text = await git.read(repository, tag.commit, file!.path);
    const stated = text === undefined ? undefined : statedVersion(file!, text);
    if (stated !== versionText(version)) return refused(`version: the tag ${tag.name} stands on ${shortSha(tag.commit)}, where ${file!.path} says ${stated ?? 'nothing'}: tags are never moved`);
    const holder = await holderOf(scene, tag.commit);
    if (!holder) return refused(`version: the tag ${tag.name} stands on ${shortSha(tag.commit)}, which is neither on ${branch} nor on ${defaultBranch}: tags are never moved`);
    const [commit] = await git.log(repository, { to: tag.commit, limit: 1 });
    const section = sectionOf((await git.read(repository, tag.commit, rules.changelog.file)) ?? '', version);
    const date = commit!.committedAt;
    const recipe = { ...recipeOf(scene, date), ...(section && { section: { date: section.date || date.slice(0, 10), body: section.body } }), target: tag.commit };
    return finished(scene, recipe, {
      branch: holder,
      branchAt: refs.branches[holder]!,
      isTagged: true,
      mergeBack: await missingOn(recipe, head),
      warnings: tag.sha === tag.commit ? [`the tag ${tag.name} is a lightweight one, and stays so: it is not made anew`] : [],
    });
  }

  /** The branch that holds a commit: the stable one, or the default branch. */
  async function holderOf({ version, repository, refs, defaultBranch }: Scene, commit: Sha): Promise<string | undefined> {
    for (const branch of [stableBranch(version), defaultBranch]) {
      const head = refs.branches[branch];
      if (head !== undefined && (await git.mergeBase(repository, commit, head)) === commit) return branch;
    }
    return undefined;
  }

  async function planFresh(scene: Scene, ground: Extract<Ground, { kind: 'ground' }>): Promise<VersionPlan> {
    const { repository, version, refs, rules, tagged, head } = scene;
    const { branch, branchAt, parent, ours } = ground;
    const today = `${new Date(serverTime()).toISOString().slice(0, 10)}T00:00:00.000Z`;
    const date = ours?.committedAt ?? (await notBefore(repository, today, parent));
    const isCandidate = versionKind(version) === 'candidate';
    const previous = previousVersion(version, tagged);
    const from = previous && refs.tags.find(({ name }) => name === tagOf(previous))?.commit;
    const { groups, warnings } = isCandidate ? { groups: [], warnings: [] } : changelogOf(await git.log(repository, { from, to: parent }), rules.changelog);
    const section = ours
      ? sectionOf((await git.read(repository, parent, rules.changelog.file)) ?? '', version)
      : { date: date.slice(0, 10), body: sectionBody({ groups, warnings }, await linkOf(repository, parent)) };
    const recipe = { ...recipeOf(scene, date), ...(!isCandidate && section && { section: { date: section.date, body: section.body } }) };
    const commit = ours ? undefined : await versionCommit(recipe, parent);
    const target = commit?.sha ?? parent;
    return finished(scene, { ...recipe, target }, {
      branch,
      ...(branchAt !== undefined && { branchAt }),
      ...(commit && { commit }),
      isTagged: false,
      mergeBack: await missingOn({ ...recipe, target }, head),
      ...(previous && !isCandidate && { previous: versionText(previous) }),
      ...(from !== undefined && { previousAt: from }),
      warnings,
    });
  }

  /** Where the forge shows a commit, as it says of one. @throws `Unavailable` while it does not show that one */
  async function linkOf(repository: Repository, known: Sha): Promise<(sha: Sha) => string> {
    const commit = await forge.commits.find(repository, known);
    if (!commit) throw tryAgain('Unavailable', `${repository} does not show the commit ${known}`);
    return (sha) => commit.url.replace(known, sha);
  }

  return { planVersion };
}

function recipeOf({ id, repository, version, rules, defaultBranch }: Scene, date: string): Omit<Recipe, 'target'> {
  return { id, repository, version, tag: tagOf(version), versionKind: versionKind(version), files: rules.files.map(({ path, pattern }) => ({ path, ...(pattern !== undefined && { pattern }) })), changelogFile: rules.changelog.file, date, defaultBranch, mergesBackBy: rules.mergeBack };
}

type FoundGround = Pick<VersionPlan, 'branch' | 'branchAt' | 'commit' | 'isTagged' | 'mergeBack' | 'previous' | 'previousAt' | 'warnings'>;

function finished({ catalog, component, product, rules, version, tagged }: Scene, recipe: Recipe, found: FoundGround): VersionPlan {
  const { chat, pin } = componentIn(catalog, component);
  return {
    kind: 'version',
    component,
    ...recipe,
    ...found,
    latest: isHighest(version, tagged),
    requiredChecks: rules.requiredChecks,
    stages: tagStages(catalog, rules, { branch: found.branch, isAsked: !found.isTagged && product === undefined && versionKind(version) !== 'candidate' }),
    ...(chat && { chat }),
    ...(pin?.mention && { mention: pin.mention }),
    ...(pin && rules.downstream && versionKind(version) === 'candidate' && { downstream: { ...rules.downstream, repository: pin.repository, branch: pin.branch, versionFile: pin.versionFile, ...(pin.signoff !== undefined && { signoff: pin.signoff }) } }),
    pace: catalog.pace,
  };
}

/** Developers make candidates by themselves, and the product asks by its tag; in everything else the release managers have a say. */
function tagStages(catalog: Catalog, { approval, production }: Scene['rules'], { branch, isAsked }: { readonly branch: string; readonly isAsked: boolean }): VersionPlan['stages'] {
  if (!approval || !isAsked) return [];
  const assurance = catalog.environments[production.environment]?.assurance ?? approval.assurance;
  return [{ name: 'tag', environment: branch, promote: { kind: 'deployment' }, health: [], approval: { ...approval, ...(assurance && { assurance }) } }];
}
