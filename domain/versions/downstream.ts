import type { Sha } from '../code/commit.ts';
import { marker } from '../code/marker.ts';
import type { OwedChange } from './owed-change.ts';
import type { Downstream } from './plan.ts';
import { tagOf, versionText } from './version.ts';
import type { Version } from './version.ts';

export interface DownstreamPull {
  readonly number: number;
  readonly url: string;
}

/** How its build stands. `over`: it is merged or closed. */
export type DownstreamBuild = { readonly kind: 'green' } | { readonly kind: 'over' } | { readonly kind: 'red'; readonly head: Sha; readonly failed: string };

/** A version file holds the version without the `v` of its tag. */
export function downstreamChange({ id, component, version, branch }: { readonly id: string; readonly component: string; readonly version: Version; readonly branch: string }): OwedChange {
  const called = component.charAt(0).toUpperCase() + component.slice(1);
  return {
    head: `slipway/upgrade-${component}-${versionText(version)}`,
    base: branch,
    title: `Upgrade ${called} to ${tagOf(version)}`,
    body: [`Brings the candidate ${tagOf(version)} of ${called}, which is needed here.`, marker(`${id}/downstream`)].join('\n\n'),
  };
}

/** One of the maintainers, but not whoever asked; the same for the same pull request. */
export function reviewerOf({ maintainers }: Pick<Downstream, 'maintainers'>, by: string, number: number): string | undefined {
  const others = maintainers.filter((login) => login.toLowerCase() !== by.toLowerCase());
  return others[number % Math.max(others.length, 1)];
}
