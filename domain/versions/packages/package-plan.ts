import type { Sha } from '../../code/commit.ts';
import type { Repository } from '../../code/repository.ts';
import type { Pace } from '../../release/pace.ts';
import type { Mechanism } from '../../stages/rules.ts';
import type { RegistryKind } from './package-version.ts';

/** What the publication of a package has agreed to do. */
export interface PackagePlan {
  readonly kind: 'package';
  /** The workflow's id: one package is published once at a time. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  /** What it is checked out at. */
  readonly tag: string;
  readonly candidate: Sha;
  readonly package: { readonly registry: RegistryKind; readonly url: string; readonly name: string };
  /** As the registry spells it. */
  readonly spelled: string;
  /** The workflow that publishes it. */
  readonly publish: Mechanism;
  readonly isPublished: boolean;
  readonly stages: readonly [];
  readonly chat?: { readonly progress: string; readonly team: string };
  readonly pace: Pace;
}
