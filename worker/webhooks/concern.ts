import type { Catalog, Component } from '../../domain/catalog.ts';
import { environmentId } from '../../domain/environments/environment.ts';
import type { KindName } from '../../domain/release/kinds.ts';
import { schemaReleaseFrom } from '../../domain/schemas/plan.ts';
import { productSchedule } from '../../domain/versions/product/tags.ts';
import type { News } from './news.ts';

/** Whom news may concern: one release or environment, or all of a kind that run for a component. */
export type Concern =
  | { readonly kind: 'release'; readonly id: string }
  /** A task that is done by the clock, and at once. */
  | { readonly kind: 'schedule'; readonly id: string }
  | { readonly kind: 'component'; readonly name: string; readonly of: KindName };

/** A branch whose commits, checks and pull requests a release of a component waits for. */
interface WatchedBranch {
  readonly repository: string;
  readonly branch: string;
}

/** Whom it concerns, of what the catalog names: news of any other repository concern nobody. */
export function concernsOf(news: News, { components }: Pick<Catalog, 'components'>): readonly Concern[] {
  const isSomebodyElses = news.release === undefined && Object.values(components).some((component) => isDeployedTo(component, news));
  const place: readonly Concern[] = isSomebodyElses ? [{ kind: 'release', id: environmentId(news.environment!) }] : [];
  const releases = Object.entries(components).flatMap(([name, component]) => {
    if (news.project !== undefined) return ofTickets(news.project, name, component);
    const tasks = ofProduct(news, name, component);
    if (tasks.length > 0) return tasks;
    if (!repositoriesOf(component).some((repository) => isSame(repository, news.repository))) return [];
    const own: readonly Concern[] = news.release?.component === name ? [{ kind: 'release', id: news.release.id }] : [];
    return [...(news.release ? own : [...ofReleases(news, name, component), ...ofSchemas(news, name, component), ...ofPromotion(news, name, component)]), ...ofRollouts(news, name, component)];
  });
  return [...place, ...releases];
}

/** An environment looks at what runs there, where nobody of ours has deployed it. */
function isDeployedTo({ code, pin, stages }: Component, { environment, repository }: News): boolean {
  const from = pin?.repository ?? code?.mirror;
  return environment !== undefined && from !== undefined && isSame(from, repository) && stages.some((stage) => stage.environment === environment);
}

function ofReleases(news: News, name: string, component: Component): readonly Concern[] {
  return watched(component).some(({ repository, branch }) => isSame(repository, news.repository) && news.branches.includes(branch)) ? [{ kind: 'component', name, of: 'release' }] : [];
}

/** A rollout waits until its code is deployed, and looks whether it still is. */
function ofRollouts({ environment, repository }: News, name: string, { code, pin, flags }: Component): readonly Concern[] {
  const from = pin?.repository ?? code?.mirror;
  const isThere = environment !== undefined && flags?.production.environment === environment && from !== undefined && isSame(from, repository);
  return isThere ? [{ kind: 'component', name, of: 'rollout' }] : [];
}

/** A tag of the product may ask for a version: which, is looked up. */
function ofProduct({ tag, repository }: News, component: string, { pin, versions }: Component): readonly Concern[] {
  const from = versions?.product && (versions.product.repository ?? pin?.repository);
  return tag !== undefined && from !== undefined && isSame(from, repository) ? [{ kind: 'schedule', id: productSchedule(component) }] : [];
}

/** Its branch, those of reverts, and stage: whoever brings a release or a fix to production, looks again. */
function ofPromotion({ branches, environment, page, repository }: News, name: string, { promotion }: Component): readonly Concern[] {
  if (!promotion || !isSame(promotion.repository, repository)) return [];
  if (page !== undefined) return (['preRelease', 'production'] as const).map((of) => ({ kind: 'component', name, of }));
  const isNews = branches.some((branch) => branch === promotion.branch || branch.startsWith('revert-')) || (environment !== undefined && environment === promotion.stage);
  if (!isNews) return [];
  return (['preRelease', 'stage', 'production', 'fix', 'hotfix'] as const).map((of) => ({ kind: 'component', name, of }));
}

/** QA has its say by the status of a ticket. */
function ofTickets(project: string, name: string, { promotion }: Component): readonly Concern[] {
  return promotion?.qa?.projects.includes(project) ? [{ kind: 'component', name, of: 'production' }] : [];
}

/** The branch of its pull request tells a schema release's version. */
function ofSchemas({ branches, repository }: News, component: string, { schemas }: Component): readonly Concern[] {
  if (!schemas || !isSame(schemas.repository, repository)) return [];
  const ids = branches.map((branch) => schemaReleaseFrom(branch, { component, head: schemas.head }));
  return ids.flatMap((id): Concern[] => (id === undefined ? [] : [{ kind: 'release', id }]));
}

function watched({ code, pin }: Component): readonly WatchedBranch[] {
  return [
    ...(code ? [code.canonical, code.mirror].map((repository) => ({ repository, branch: code.branch })) : []),
    ...(pin ? [{ repository: pin.repository, branch: pin.head }] : []),
  ];
}

function repositoriesOf(component: Component): readonly string[] {
  return [...watched(component).map(({ repository }) => repository), ...(component.schemas ? [component.schemas.repository] : []), ...(component.promotion ? [component.promotion.repository] : [])];
}

/** GitHub's names are the same in any case. */
function isSame(repository: string, other: string): boolean {
  return repository.toLowerCase() === other.toLowerCase();
}
