import type { Catalog, Component } from '../../domain/catalog.ts';
import type { News } from './news.ts';

/** Whom news may concern: one release, or all that run for a component. */
export type Concern = { readonly kind: 'release'; readonly id: string } | { readonly kind: 'component'; readonly name: string };

/** Whom it concerns, of what the catalog names: news of any other repository concern nobody. */
export function concernsOf({ repository, branches, release }: News, { components }: Pick<Catalog, 'components'>): readonly Concern[] {
  const involved = Object.entries(components).filter(([, component]) => watched(component).some((branch) => isSame(branch.repository, repository)));
  if (release) return involved.some(([name]) => name === release.component) ? [{ kind: 'release', id: release.id }] : [];
  const watches = (component: Component) => watched(component).some(({ repository: its, branch }) => isSame(its, repository) && branches.includes(branch));
  return involved.filter(([, component]) => watches(component)).map(([name]) => ({ kind: 'component', name }));
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
