import type { Sha } from '../../../domain/code/commit.ts';
import type { Catalog } from '../../../domain/catalog.ts';
import { dayIn } from '../../../domain/promotion/day.ts';
import { findKeys } from '../../../domain/promotion/issue-keys.ts';
import type { ProductionOutcome } from '../../../domain/promotion/outcome.ts';
import { voidedPulls } from '../../../domain/promotion/production/net-changes.ts';
import { stepsTo } from '../../../domain/promotion/production/plan.ts';
import type { NamedCommit, ProductionPlan } from '../../../domain/promotion/production/plan.ts';
import type { QaQuestion } from '../../../domain/promotion/qa.ts';
import { checkReleaseName, isSameName, releaseNamesIn } from '../../../domain/promotion/release-name.ts';
import type { ProductionRequest } from '../../../domain/promotion/request.ts';
import type { PromotionRules } from '../../../domain/promotion/rules.ts';
import { toldHalt, toldLifting, toldVeto } from '../../../domain/people/objection.ts';
import { releaseId } from '../../../domain/release/kinds.ts';
import { assured } from '../../../domain/stages/assured.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { unknownName } from '../../../domain/text/nearest-name.ts';
import { promotionIn } from '../../../ports/catalog/entries.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { readContents } from '../../environments/contents.ts';
import { readObjections } from '../../people/objections.ts';
import { findLandings, itemsOf, shortName } from '../landed.ts';
import type { LandedChanges } from '../landed.ts';
import { readReleases } from '../releases.ts';
import type { TaggedCommit } from '../releases.ts';
import { ledgerCommit } from '../story.ts';
import { serverTime } from '../../server-time.ts';

/** A preview's commit is looked for among so many of the newest ones. */
const deepest = 200;
/** How many commits the first release of a component lists. */
const firstList = 100;

const nothing = { items: [], reverted: [], older: 0 } as const;

type PromotionRefused = Extract<ProductionOutcome, { kind: 'promotionRefused' }>;
type ProductionSetting = PromotionRules & { readonly stage: string; readonly target: Stage };

/** Decides what a production release is made of. Writes nothing. */
export function createProductionPlanning(ports: Pick<Ports, 'catalog' | 'components' | 'forge' | 'git' | 'environments' | 'registry' | 'issues'>) {
  const { catalog, forge, git } = ports;
  const { recentReleases, releaseBefore, releaseOf } = readReleases(forge);
  const { seen } = readContents(ports);
  const { against } = readObjections(ports);

  /** @throws `InvalidInput` for a component that is not promoted, or what the worker lacks for it; `InvalidCatalog` */
  async function planProduction(request: ProductionRequest): Promise<ProductionPlan | PromotionRefused> {
    const read = await catalog.read();
    const setting = settingOf(read, request, ports);
    const plan = await (request.environment === undefined ? planRelease(read, request, setting) : planPreview(read, request, setting));
    return plan.kind === 'production' ? ((await objectedTo(plan)) ?? plan) : plan;
  }

  async function objectedTo({ component, candidate, repository: source }: ProductionPlan): Promise<PromotionRefused | undefined> {
    const { halt, veto } = (await against({ component, candidate, source })) ?? {};
    if (veto) return refused(`${toldVeto(veto, candidate)}. To release it all the same: ${toldLifting(component, veto.sha)}`);
    return halt && refused(`${toldHalt(component, halt)}. To go on: ${toldLifting(component)}`);
  }

  async function planRelease(read: Catalog, { component, release: asked, sha, variables }: ProductionRequest, { target, ...rules }: ProductionSetting): Promise<ProductionPlan | PromotionRefused> {
    const { repository, timeZone, nearDays } = rules;
    if (variables && rules.checklist.length === 0) return refused('the catalog has no checklist for environment variables: add "checklist" to its promotion');
    const tags = await forge.tags.list(repository, '2');
    const taken = releaseNamesIn(tags.map(({ name }) => name));
    const latest = await forge.releases.latest(repository);
    // What production runs gets new variables, however long ago it was released.
    const near = variables && latest === asked ? Infinity : nearDays;
    const named = checkReleaseName(asked, { today: dayIn(timeZone, serverTime()), nearDays: near, taken: taken.map(({ text }) => text) });
    if (named.kind === 'invalid') return refused(named.message);
    const twin = taken.find((other) => isSameName(other, named.value));
    if (twin && twin.text !== asked) return refused(`"${asked}" is "${twin.text}": say that`);
    const tagged = twin && (await forge.tags.find(repository, asked));
    if (tagged && sha && tagged !== sha) return refused(`the tag ${asked} stands on ${shortName(tagged)}, not on ${shortName(sha)}: tags are never moved`);
    const candidate = tagged ?? sha ?? (await seen(rules.stage, repository))?.sha;
    if (candidate === undefined) return refused(`${rules.stage} does not tell what it runs: say which commit ("sha")`);
    if (!(await forge.commits.find(repository, candidate))) return refused(`${repository} has no commit ${candidate}`);

    const releases = await recentReleases({ repository }, tags);
    const runs = (await seen(target.environment, repository))?.sha;
    const inProduction = runs === undefined || runs === candidate ? undefined : await releaseOf(rules, runs, tags);
    // One that is under way is the latest before it is in production.
    const before = inProduction === undefined ? await latestBefore(repository, asked, releases) : { name: inProduction, candidate: runs! };
    const isThere = latest === asked && runs === candidate;
    // What it brings has been looked at when it was released.
    const changes = isThere && variables ? nothing : await changesSince(rules, before ?? (await nearestRelease(repository, candidate, releases.filter((one) => one.name !== asked && one.sha !== candidate))), candidate);
    return {
      kind: 'production',
      id: releaseId('production', component, asked),
      component,
      repository,
      name: asked,
      candidate,
      isNew: tagged === undefined,
      ...(isThere && { isThere }),
      ...(before && { before }),
      ...changes,
      names: Object.fromEntries([...releases.map(({ name, sha: at }) => [at, name] as const), ...(before ? [[before.candidate, before.name] as const] : []), [candidate, asked] as const]),
      target,
      stages: stepsTo(target, { stageName: rules.stage, isPreview: false }),
      isPreview: false,
      rules,
      pace: read.pace,
    };
  }

  async function planPreview(read: Catalog, { component, release: digits, sha }: ProductionRequest, { target, ...rules }: ProductionSetting): Promise<ProductionPlan | PromotionRefused> {
    const { repository, branch } = rules;
    if (!/^[0-9a-f]{7,40}$/.test(digits)) return refused(`${target.environment} takes a commit by at least 7 of its digits, not "${digits}"`);
    const line = await forge.commits.mainLine(repository, branch, { limit: deepest });
    const found = line.filter((commit) => commit.sha.startsWith(digits));
    const candidate = found[0]?.sha;
    if (candidate === undefined || (sha !== undefined && sha !== candidate)) return refused(`none of the newest ${deepest} commits of ${branch} begins with ${sha ?? digits}`);
    if (found.length > 1) return refused(`${found.length} commits of ${branch} begin with ${digits}: write more of it`);
    const name = shortName(candidate);
    const stages = stepsTo(target, { stageName: rules.stage, isPreview: true });
    return { kind: 'production', id: releaseId('production', component, `${target.environment}-${name}`), component, repository, name, candidate, isNew: false, items: [], reverted: [], older: 0, names: {}, target, stages, isPreview: true, rules, pace: read.pace };
  }

  /** What is the latest now; where an attempt before this has made this one the latest, the newest one besides. */
  async function latestBefore(repository: string, own: string, releases: readonly { readonly name: string; readonly sha: Sha }[]): Promise<NamedCommit | undefined> {
    const latest = await forge.releases.latest(repository);
    const name = latest === own ? await newestPublished(repository, releases.map((release) => release.name).filter((other) => other !== own)) : latest;
    const sha = name && (releases.find((release) => release.name === name)?.sha ?? (await forge.tags.find(repository, name)));
    return name && sha ? { name, candidate: sha } : undefined;
  }

  /** Where no release is the latest yet, the nearest that the commit contains. */
  async function nearestRelease(repository: string, candidate: Sha, releases: readonly TaggedCommit[]): Promise<NamedCommit | undefined> {
    const found = await releaseBefore({ repository }, candidate, releases);
    const sha = releases.find(({ name }) => name === found?.name)?.sha;
    return found && sha ? { name: found.name, candidate: sha } : undefined;
  }

  async function newestPublished(repository: string, names: readonly string[]): Promise<string | undefined> {
    for (const name of names) if ((await forge.releases.find(repository, name))?.prerelease === false) return name;
    return undefined;
  }

  async function changesSince({ repository, branch, qa }: PromotionRules, before: NamedCommit | undefined, candidate: Sha): Promise<Pick<ProductionPlan, 'items' | 'reverted' | 'older'>> {
    if (before?.candidate === candidate) return nothing;
    // Of the first release there is no end: its newest commits are looked at.
    const { commits, total } = before ? await forge.commits.range(repository, before.candidate, candidate) : { commits: await forge.commits.mainLine(repository, branch, { limit: firstList }), total: 0 };
    const [landed, history] = await Promise.all([findLandings(forge, repository, branch, commits), git.log(repository, before ? { from: before.candidate, to: candidate } : { to: candidate, limit: firstList })]);
    const voided = voidedPulls(history.map(ledgerCommit).toReversed(), landed.pulls);
    const titles = new Map(commits.map((commit) => [commit.sha, commit.title]));
    const staying = { ...landed, pulls: landed.pulls.filter(({ number }) => !voided.has(number)) };
    return {
      items: questionsOf(staying, titles, qa?.projects ?? []),
      reverted: landed.pulls.filter(({ number }) => voided.has(number)).map(({ number }) => `#${number}`),
      older: Math.max(0, total - commits.length),
    };
  }

  return { planProduction };
}

function refused(reason: string): PromotionRefused {
  return { kind: 'promotionRefused', reason };
}

/** What the catalog and the worker have to have for it. */
function settingOf(read: Catalog, { component, environment }: ProductionRequest, { registry, issues }: Pick<Ports, 'registry' | 'issues'>): ProductionSetting {
  const rules = promotionIn(read, component);
  const { production, previews, stage, image, qa } = rules;
  const found = environment === undefined || environment === production?.environment ? production : previews.find((preview) => preview.environment === environment);
  if (!found) throw neverRetry('InvalidInput', environment === undefined ? `the catalog does not say how ${component} gets to production: add "production" to its promotion` : unknownName('environment of its promotion', environment, previews.map((preview) => preview.environment)));
  if (stage === undefined) throw neverRetry('InvalidInput', `the catalog does not say where every commit of ${component} runs: add "stage" to its promotion`);
  if (image && !registry) throw neverRetry('InvalidInput', 'the worker has no registry: set SLIPWAY_REGISTRY, see docs/adapters.md');
  if (qa && !issues) throw neverRetry('InvalidInput', 'the worker has no issue tracker: set SLIPWAY_ISSUES, see docs/adapters.md');
  return { ...rules, stage, target: assured(found, read.environments[found.environment]?.assurance) };
}

function questionsOf(landed: LandedChanges, titles: ReadonlyMap<Sha, string>, projects: readonly string[]): QaQuestion[] {
  const texts = [
    ...landed.pulls.map(({ title, branch, body, commits }) => ({ title, branch, body, commits: commits.map((sha) => titles.get(sha) ?? '') })),
    ...landed.alone.map(({ title }) => ({ title, branch: '', body: '', commits: [] })),
  ];
  return itemsOf(landed).map((item, index) => ({ item, found: findKeys(texts[index]!, projects) }));
}
