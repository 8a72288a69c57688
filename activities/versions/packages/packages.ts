import { shortSha } from '../../../domain/code/commit.ts';
import { attemptKey } from '../../../domain/release/keys.ts';
import { kinds, releaseId } from '../../../domain/release/kinds.ts';
import { fillInputs } from '../../../domain/stages/inputs.ts';
import type { PackagePlan } from '../../../domain/versions/packages/package-plan.ts';
import { registrySpelling } from '../../../domain/versions/packages/package-version.ts';
import type { PackageRequest } from '../../../domain/versions/request.ts';
import { readVersion, tagOf, versionText } from '../../../domain/versions/version.ts';
import { statedVersion } from '../../../domain/versions/version-file.ts';
import { effect } from '../../effect.ts';
import { ageMs, attemptBegan } from '../../server-time.ts';
import { componentIn, versionedIn } from '../../../ports/catalog/entries.ts';
import { neverRetry, notYet } from '../../../ports/failures.ts';
import type { Deployment } from '../../../ports/forge/deployments.ts';
import { launches } from '../../../ports/launch/launches.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { refused } from '../ground.ts';
import type { Refused } from '../ground.ts';

export interface Publication {
  readonly plan: PackagePlan;
  /** From 1. */
  readonly attempt: number;
}

/** Publishes the package of a version, by the component's own workflow. */
export function createPackages({ catalog: source, forge, git, packages, readLagMs }: Pick<Ports, 'catalog' | 'forge' | 'git' | 'packages' | 'readLagMs'>) {
  const launchBy = launches({ forge });

  /** @throws `InvalidInput` for a component without packages */
  async function planPackage({ component, version: text, sha }: PackageRequest): Promise<PackagePlan | Refused> {
    const catalog = await source.read();
    const { code, versions } = versionedIn(catalog, component);
    const { chat } = componentIn(catalog, component);
    if (!versions.package) throw neverRetry('InvalidInput', `the catalog does not say how packages of ${component} are published: add "versions.package" to it`);
    const read = readVersion(text);
    if (read.kind === 'refused') return read;
    const { version } = read;
    const repository = versions.repository ?? code.canonical;
    const { tags } = await git.refs(repository);
    const tag = tags.find(({ name }) => name === tagOf(version));
    const cut = `slipway start ${kinds.version.workflow} ${component} rc`;
    if (!tag) return refused(`version: ${repository} has no tag ${tagOf(version)}: release it first, or a candidate: ${cut}`);
    if (sha !== undefined && (await git.mergeBase(repository, sha, tag.commit)) !== sha) return refused(`sha: ${tag.name} lacks ${shortSha(sha)}: cut a candidate first: ${cut}`);
    // What is published is named by `git describe`, which sees annotated tags only, and of several on one commit the newest.
    const others = tags.filter(({ name, commit, sha: own }) => commit === tag.commit && own !== commit && name !== tag.name);
    if (tag.sha === tag.commit) return refused(`version: the tag ${tag.name} is a lightweight one, which git describe does not see`);
    if (others.length > 0) return refused(`version: ${shortSha(tag.commit)} has the tags ${[tag, ...others].map(({ name }) => name).join(', ')}: git describe may call it otherwise`);
    const [file] = versions.files;
    const stated = statedVersion(file!, (await git.read(repository, tag.commit, file!.path)) ?? '');
    if (stated !== versionText(version)) return refused(`version: at ${tag.name} ${file!.path} says ${stated ?? 'nothing'}`);
    const { publish, ...name } = versions.package;
    const spelled = registrySpelling[name.registry](version);
    return {
      kind: 'package',
      id: releaseId('package', component, versionText(version)),
      component,
      repository,
      tag: tag.name,
      candidate: tag.commit,
      package: name,
      spelled,
      publish: fillInputs(publish, { component, version: versionText(version), candidate: tag.commit, sha: tag.commit }),
      isPublished: await packages.has(name, spelled),
      stages: [],
      ...(chat && { chat }),
      pace: catalog.pace,
    };
  }

  /** Dispatches the workflow on the tag, once. @throws `InvalidInput` where its run could not be found again */
  async function startPublication({ plan, attempt }: Publication): Promise<Pick<Deployment, 'id' | 'url'>> {
    const { id, repository, tag: branch, candidate: sha, publish } = plan;
    const key = attemptKey(id, attempt);
    const mechanism = fillInputs(publish, { key });
    const target = { repository, branch, environment: 'packages', sha, key };
    const launch = launchBy[mechanism.kind];
    const run = await effect<Deployment>({ key: `launch ${key}`, lagMs: readLagMs, probe: async () => (await launch.find(mechanism, target))[0], act: () => launch.start(mechanism, target, { attempt: attemptBegan() }) });
    return { id: run.id, url: run.url };
  }

  /** Looks once. @throws `NotYet` while it runs */
  async function publicationEnded({ plan: { publish, repository }, run }: { readonly plan: PackagePlan; readonly run: number }): Promise<'succeeded' | 'failed'> {
    const { state, url } = await launchBy[publish.kind].look(repository, run);
    if (state === 'running') throw notYet(`${url} is under way`);
    return state;
  }

  /** Asks the registry. @param patience how long (ms) it may still come. @throws `NotYet` until then */
  async function packagePublished({ plan: { package: name, spelled }, patience }: { readonly plan: PackagePlan; readonly patience: number }): Promise<boolean> {
    const isThere = await packages.has(name, spelled);
    if (!isThere && ageMs() < patience) throw notYet(`the registry does not show ${name.name} ${spelled}`);
    return isThere;
  }

  return { planPackage: beating(planPackage), startPublication: beating(startPublication), publicationEnded, packagePublished };
}
