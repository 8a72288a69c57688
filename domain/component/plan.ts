import type { Commit, Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { Approval, Catalog, Component, Pace, Stage } from '../catalog.ts';
import { markedKey } from '../code/marker.ts';

/** What one release has agreed to do: computed once, and from then on part of its history. */
export interface ReleasePlan {
  readonly kind: 'release';
  /** The workflow's id. Two releases of one component from the same pin can't run at once. */
  readonly id: string;
  readonly component: string;
  readonly candidate: Sha;
  /** Committer date of the candidate: dates every commit that the release makes, so that they come out the same again. */
  readonly date: string;
  readonly pinned: Sha;
  /** Head of the downstream branch that the version commit is made on. */
  readonly base: Sha;
  readonly mirror: string;
  /** Nothing else on the mirror is released. */
  readonly mirrorBranch: string;
  /** What must be among a commit's green checks there. */
  readonly mirrorChecks: readonly string[];
  readonly downstream: Component['downstream'];
  readonly stages: readonly Stage[];
  readonly chat: Component['chat'];
  readonly pace: Pace;
}

export interface Chosen {
  readonly candidate: Commit;
  readonly pinned: Sha;
  readonly base: Sha;
}

export function planRelease(catalog: Catalog, component: string, { candidate, pinned, base }: Chosen): ReleasePlan {
  const { source, downstream, stages, chat } = catalog.components[component]!;
  return {
    kind: 'release',
    id: releaseId(component, pinned),
    component,
    candidate: candidate.sha,
    date: candidate.committedAt,
    pinned,
    base,
    mirror: source.mirror,
    mirrorBranch: source.branch,
    mirrorChecks: source.requiredChecks,
    downstream,
    stages: stages.map((stage) => assured(stage, catalog.environments[stage.environment]?.assurance)),
    chat,
    pace: catalog.pace,
  };
}

/** With what its environment wants of votes. */
function assured(stage: Stage, assurance: Approval['assurance']): Stage {
  return stage.approval && assurance ? { ...stage, approval: { ...stage.approval, assurance } } : stage;
}

/** Every release's id begins so. */
export const releasePrefix = 'release/';

function releaseId(component: string, pinned: Sha): string {
  return `${releasePrefix}${component}/from-${shortSha(pinned)}`;
}

/** The business key of a promotion, by which its run or deployment is found again. */
export function promotionKey(releaseId: string, stage: string): string {
  return `${releaseId}/${stage}`;
}

/** A retry that an operator asked for is another promotion, of a key of its own. */
export function attemptKey(key: string, attempt: number): string {
  return attempt === 1 ? key : `${key}/${attempt}`;
}

/** The promotion that brings back what ran before. */
export function rollbackKey(key: string): string {
  return `${key}/rollback`;
}

/**
 * The release that a stage runs, and since when, by its successful runs or deployments, newest first: the newest one
 * that was not rolled back.
 */
export function landedRelease(
  successes: readonly { readonly name: string; readonly at: string }[],
  { component, stage }: { readonly component: string; readonly stage: string },
): { readonly release: string; readonly at: string } | undefined {
  const key = new RegExp(String.raw`(?<![\w./-])(${releasePrefix}${component}/[\w.-]+)/${stage}(/rollback)?(?:/\d+)?(?![\w./-])`);
  const rolledBack = new Set<string>();
  for (const { name, at } of successes) {
    const [, release, rollback] = key.exec(name) ?? [];
    if (release === undefined || rolledBack.has(release)) continue;
    if (!rollback) return { release, at };
    rolledBack.add(release);
  }
  return undefined;
}

export interface NamedRelease {
  readonly id: string;
  readonly component: string;
}

/** The release that a text names first, by its id or by the key of one of its promotions. */
export function namedRelease(text: string): NamedRelease | undefined {
  const [id, component] = /(?<![\w./-])release\/([a-z][a-z0-9-]*)\/[\w.-]+/.exec(text) ?? [];
  return id === undefined || component === undefined ? undefined : { id, component };
}

/** The release whose marker a pull request's body carries. */
export function markedRelease(body: string): NamedRelease | undefined {
  return namedRelease(markedKey(body) ?? '');
}

/** The inputs of a deploy workflow with their placeholders filled in. */
export function fillInputs(inputs: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, template]) => [name, template.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)]),
  );
}
