import type { Sha } from '../../code/commit.ts';
import type { Repository } from '../../code/repository.ts';
import type { Pace } from '../../release/pace.ts';
import type { PassagePlan } from '../../stages/passage.ts';
import type { Stage } from '../../stages/rules.ts';
import type { QaQuestion } from '../qa.ts';
import type { PromotionRules } from '../rules.ts';

/** The steps of a production release, in their order, as people see them. */
export const productionSteps = ['origin', 'qa', 'latest', 'gates', 'checklist', 'deploy', 'sanity', 'tickets'] as const;

export type StepName = (typeof productionSteps)[number];

export interface NamedCommit {
  readonly name: string;
  readonly candidate: Sha;
}

/** What a production release has agreed to do: computed once, and from then on part of its history. */
export interface ProductionPlan {
  readonly kind: 'production';
  /** The workflow's. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  /** Its tag; of a preview the first 7 digits of its commit. */
  readonly name: string;
  readonly candidate: Sha;
  /** There is no such tag yet: the release makes it. */
  readonly isNew: boolean;
  /** Production runs it already, and it is the latest: nothing of it is to be deployed any more. */
  readonly isThere?: boolean;
  /** The release that is the latest until then. */
  readonly before?: NamedCommit;
  /** What it brings, net of reverts. */
  readonly items: readonly QaQuestion[];
  /** What was taken back before it could get to production. */
  readonly reverted: readonly string[];
  /** Commits that are too old to be among the items. */
  readonly older: number;
  /** What a commit is deployed by. */
  readonly names: Readonly<Record<Sha, string>>;
  readonly target: Stage;
  /** A preview takes some of the steps only. */
  readonly stages: readonly { readonly name: string; readonly environment: string }[];
  readonly isPreview: boolean;
  readonly rules: PromotionRules;
  readonly pace: Pace;
}

/** The steps that a release to such a target takes. The deployment is called as its stage. */
export function stepsTo(target: Stage, { stageName, isPreview }: { readonly stageName: string; readonly isPreview: boolean }): ProductionPlan['stages'] {
  const taken = productionSteps.filter((step) => !isPreview || ['origin', 'deploy', 'sanity'].includes(step));
  return taken.map((step) => (step === 'deploy' ? { name: target.name, environment: target.environment } : { name: step, environment: ['origin', 'qa', 'gates'].includes(step) ? stageName : target.environment }));
}

/** What is agreed of the deployment itself. */
export function productionPassage({ id, component, candidate, repository, rules, before, names, target, isPreview, pace }: ProductionPlan): PassagePlan {
  return {
    id,
    component,
    candidate,
    stages: [target],
    source: repository,
    ...(before && !isPreview && { before: { candidate: before.candidate, sha: before.candidate } }),
    ...(!isPreview && { names }),
    deployedFrom: { repository, branch: rules.branch },
    pace,
  };
}

/** The tag of the image that is deployed to an environment; undefined where the catalog names none. */
export function deployedTag({ rules, name }: Pick<ProductionPlan, 'rules' | 'name'>, environment: string): string | undefined {
  return rules.image?.tags[environment]?.replaceAll('{version}', name);
}
