import type { Catalog, Component } from '../../domain/catalog.ts';
import type { KindName } from '../../domain/release/kinds.ts';
import { schemaReleaseFrom } from '../../domain/schemas/plan.ts';
import type { News } from './news.ts';

/** Whom news may concern: one release, or all of a kind that run for a component. */
export type Concern =
  | { readonly kind: 'release'; readonly id: string }
  | { readonly kind: 'component'; readonly name: string; readonly of: KindName };

/** Whom it concerns, of what the catalog names: news of any other repository concern nobody. */
export function concernsOf(news: News, catalog: Pick<Catalog, 'components' | 'schemas'>): readonly Concern[] {
  return [...ofReleases(news, catalog), ...ofRollouts(news, catalog), ...ofSchemas(news, catalog)];
}

function ofReleases({ repository, branches, release }: News, { components }: Pick<Catalog, 'components'>): readonly Concern[] {
  const involved = Object.entries(components).filter(([, component]) => watched(component).some((branch) => isSame(branch.repository, repository)));
  if (release) return involved.some(([name]) => name === release.component) ? [{ kind: 'release', id: release.id }] : [];
  const watches = (component: Component) => watched(component).some(({ repository: its, branch }) => isSame(its, repository) && branches.includes(branch));
  return involved.filter(([, component]) => watches(component)).map(([name]) => ({ kind: 'component', name, of: 'release' }));
}

/** A rollout waits until its code is deployed, and looks whether it still is. */
function ofRollouts({ repository, environment }: News, { components }: Pick<Catalog, 'components'>): readonly Concern[] {
  const waiting = Object.entries(components).filter(([, { downstream, flags }]) => flags?.production.environment === environment && isSame(downstream.repository, repository));
  return environment === undefined ? [] : waiting.map(([name]) => ({ kind: 'component', name, of: 'rollout' }));
}

/** The branch of its pull request tells a schema release's version. */
function ofSchemas({ repository, branches }: News, { schemas }: Pick<Catalog, 'schemas'>): readonly Concern[] {
  return Object.entries(schemas).flatMap(([component, rules]) =>
    isSame(rules.repository, repository) ? branches.flatMap((branch): Concern[] => {
      const id = schemaReleaseFrom(branch, { component, head: rules.head });
      return id === undefined ? [] : [{ kind: 'release', id }];
    }) : [],
  );
}

/** The branches whose commits and checks a component's release waits for. */
function watched({ source, downstream }: Component): readonly { readonly repository: string; readonly branch: string }[] {
  return [
    { repository: source.canonical, branch: source.branch },
    { repository: source.mirror, branch: source.branch },
    { repository: downstream.repository, branch: downstream.head },
  ];
}

/** GitHub's names are the same in any case. */
function isSame(repository: string, other: string): boolean {
  return repository.toLowerCase() === other.toLowerCase();
}
