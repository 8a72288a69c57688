import { markedKey } from '../code/marker.ts';
import type { ReleaseState } from './status.ts';

/** What Slipway has to know of the releases of one kind, wherever it meets one. */
export interface Kind {
  /** The type of the workflow. */
  readonly workflow: string;
  /** What its ids begin with (see `releaseId`). Two kinds that share one never run under the same id at the same time. */
  readonly prefix: `${string}/`;
  /** What it is called among people. */
  readonly noun: string;
  /** An id. */
  readonly example: string;
  /** Whether its component's name is enough to tell it from others while it runs. A component may have many rollouts at once: theirs is not. */
  readonly meantBy: 'component' | 'name';
  /** Whether it has environments to itself for a while (see `domain/environments/claim.ts`). */
  readonly holdsEnvironments: boolean;
  /** States in which nothing that happens on the forge concerns it: to wake it would be in vain. */
  readonly heedless: readonly ReleaseState[];
}

/** The kinds of releases, by what their plans call them. The one place that knows the types and ids of their workflows. */
export const kinds = {
  release: {
    workflow: 'componentRelease',
    prefix: 'release/',
    noun: 'release',
    example: 'release/gitaly/from-1a2b3c4d5e6f',
    meantBy: 'component',
    holdsEnvironments: true,
    heedless: ['approval', 'queued', 'soaking', 'undoing', 'ended'],
  },
  rollout: {
    workflow: 'featureFlagRollout',
    prefix: 'flag/',
    noun: 'rollout',
    example: 'flag/gitaly/gitaly_x',
    meantBy: 'name',
    holdsEnvironments: false,
    // One that soaks looks whether its code is still there.
    heedless: ['undoing', 'ended'],
  },
  schemas: {
    workflow: 'schemaRelease',
    prefix: 'schemas/',
    noun: 'schema release',
    example: 'schemas/migrator/v5.3.4444',
    meantBy: 'component',
    holdsEnvironments: false,
    heedless: ['gathering', 'confirmation', 'publishing', 'undoing', 'ended'],
  },
  upload: {
    workflow: 'uploadCurrentSchemas',
    prefix: 'schemas/',
    noun: 'upload of schemas',
    example: 'schemas/migrator/v5.3.4444',
    meantBy: 'component',
    holdsEnvironments: false,
    heedless: ['gathering', 'confirmation', 'publishing', 'undoing', 'ended'],
  },
  preRelease: {
    workflow: 'dailyPreRelease',
    prefix: 'pre-release/',
    noun: 'pre-release',
    example: 'pre-release/monitor/2024.09.01',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  stage: {
    workflow: 'stageDeployment',
    prefix: 'stage/',
    noun: 'following of stage',
    example: 'stage/monitor/stage',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  fix: {
    workflow: 'stageFix',
    prefix: 'stage-fix/',
    noun: 'stage fix',
    example: 'stage-fix/monitor/123-124',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  hotfix: {
    workflow: 'hotfixRelease',
    prefix: 'hotfix/',
    noun: 'hotfix',
    example: 'hotfix/monitor/2024.09.01.1',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  production: {
    workflow: 'productionRelease',
    prefix: 'production/',
    noun: 'production release',
    example: 'production/monitor/2024.09.01',
    meantBy: 'component',
    holdsEnvironments: true,
    // Ticks and runs concern it while it waits for QA and for its gates.
    heedless: ['approval', 'queued', 'soaking', 'undoing', 'ended'],
  },
  takingBack: {
    workflow: 'takePinBack',
    prefix: 'back/',
    noun: 'taking back of a pin',
    example: 'back/gitaly/from-1a2b3c4d5e6f',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['undoing', 'ended'],
  },
  version: {
    workflow: 'versionRelease',
    prefix: 'version/',
    noun: 'version release',
    example: 'version/gitaly/12.9.0',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['approval', 'ended'],
  },
  security: {
    workflow: 'securityRelease',
    prefix: 'security/',
    noun: 'security release',
    example: 'security/gitaly/12',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  package: {
    workflow: 'publishPackage',
    prefix: 'package/',
    noun: 'publication',
    example: 'package/gitaly/12.9.0',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  experimental: {
    workflow: 'experimentalBuild',
    prefix: 'experimental/',
    noun: 'experimental build',
    example: 'experimental/gitaly/12.9.0-rc4',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
  backports: {
    workflow: 'backport',
    prefix: 'backport/',
    noun: 'backport',
    example: 'backport/gitaly/queue',
    meantBy: 'name',
    holdsEnvironments: false,
    heedless: ['ended'],
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;

/** The same table with nothing but what every row has. */
export const everyKind: readonly Kind[] = Object.values(kinds);

/** Workflows that do or find out one thing for whoever starts them, and end: no releases. */
export const errands = ['doctor', 'featureFlags', 'followProduct', 'history', 'schemaArchive', 'updateComponent', 'versions', 'where'] as const;

export type Errand = (typeof errands)[number];

/** Each once, in the order of the table. */
export const prefixes: readonly string[] = [...new Set(everyKind.map(({ prefix }) => prefix))];

/** @param name what tells it from the others of its kind and component: the pin, the flag, the version. Without a slash */
export function releaseId(kind: KindName, component: string, name: string): string {
  return `${kinds[kind].prefix}${component}/${name}`;
}

/** The kind that a workflow's id tells: the first one, where several share a prefix. Undefined for what is no release. */
export function kindOf(workflowId: string): Kind | undefined {
  return everyKind.find(({ prefix }) => workflowId.startsWith(prefix));
}

/** What the id of a release of any kind begins with; undefined for every other workflow. */
export function prefixOf(workflowId: string): string | undefined {
  return kindOf(workflowId)?.prefix;
}

/** Which ids a text can stand for: itself, or "gitaly/from-1a2b3c4d5e6f" with each of the prefixes. */
export function idsFor(given: string): readonly string[] {
  return prefixOf(given) === undefined ? prefixes.map((prefix) => prefix + given) : [given];
}

/** The component and the name of an id; undefined for what is none. */
export function partsOf(id: string): { readonly component: string; readonly name: string } | undefined {
  const prefix = prefixOf(id);
  const [component, name] = id.slice(prefix?.length).split('/');
  return prefix === undefined || !component || !name ? undefined : { component, name };
}

export interface NamedRelease {
  readonly id: string;
  readonly component: string;
}

const namedAnywhere = new RegExp(String.raw`(?<![\w./-])(?:${prefixes.join('|')})([a-z][a-z0-9-]*)/[\w.-]+`);

/** The release that a text names first, by its id or by the key of one of its promotions. */
export function namedRelease(text: string): NamedRelease | undefined {
  const [id, component] = namedAnywhere.exec(text) ?? [];
  return id === undefined || component === undefined ? undefined : { id, component };
}

/** The release whose marker a pull request's body carries. */
export function markedRelease(body: string): NamedRelease | undefined {
  return namedRelease(markedKey(body) ?? '');
}
