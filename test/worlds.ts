import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { asSha } from '../domain/code/commit.ts';
import type { Sha } from '../domain/code/commit.ts';

/** One world of the sandbox: its own repositories, chat, journal and faults. */
export interface World {
  readonly name: string;
  readonly url: string;
  control<T>(path: string, body?: object): Promise<T>;
  journal(): Promise<readonly Effect[]>;
  /** What the world looks like, without ids and times. */
  snapshot(): Promise<Snapshot>;
  close(): Promise<void>;
}

export interface Snapshot {
  /** By channel, without `#`. */
  readonly chat: Readonly<Record<string, readonly { readonly text: string; readonly key: string | null; readonly thread: string | null }[]>>;
  /** What runs where. */
  readonly environments: Readonly<Record<string, { readonly repository: string; readonly sha: string }>>;
  readonly repositories: Readonly<Record<string, { readonly refs: Readonly<Record<string, string>>; readonly pulls: readonly object[] }>>;
  /** What is set, by GitLab and flag. */
  readonly flags: Readonly<Record<string, object>>;
  /** What its GCS holds, by bucket and name. */
  readonly objects: Readonly<Record<string, { readonly size: string; readonly crc32c: string; readonly metadata?: Readonly<Record<string, string>> }>>;
}

export interface Effect {
  readonly key: string;
  readonly nth: number;
}

/** A request that came in, whether or not it got its answer (then `status` is 0). */
export interface RequestRecord {
  /** ISO 8601: when it came. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export async function openWorld(sandboxUrl: string, options: object = {}): Promise<World> {
  const name = `t${randomUUID().slice(0, 8)}`;
  await json(`${sandboxUrl}/worlds`, { method: 'POST', body: { name, scenario: 'gitaly', released: 'few', latencyMs: { ci: 0, run: 0, deployment: 0 }, ...options } });
  const url = `${sandboxUrl}/w/${name}`;
  return {
    name,
    url,
    control: (path, body) => json(`${url}/control/${path}`, body ? { method: 'POST', body } : {}),
    journal: () => json(`${url}/control/journal`),
    snapshot: () => json(`${url}/control/snapshot`),
    close: () => json(`${sandboxUrl}/worlds/${name}`, { method: 'DELETE' }),
  };
}

export async function json<T>(url: string, { method = 'GET', body }: { method?: string; body?: object } = {}): Promise<T> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** What a worker process is given to work in this world. Everything is fast: polls, retries, the settling of lists. */
export function workerEnvironment(world: World, { address, taskQueue, catalog }: { address: string; taskQueue: string; catalog: string }): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: address,
    SLIPWAY_TASK_QUEUE: taskQueue,
    SLIPWAY_CATALOG: catalog,
    SLIPWAY_READ_LAG_MS: '200',
    SLIPWAY_DOUBT_MS: '1000',
    SLIPWAY_STICKY_MS: '1000',
    SLIPWAY_SHUTDOWN_MS: '1000',
    GITHUB_API_URL: `${world.url}/api/v3`,
    GITHUB_GIT_URL: `${world.url}/git`,
    GITHUB_TOKEN: 'bot-token',
    GITHUB_WRITE_INTERVAL_MS: '0',
    SLACK_API_URL: `${world.url}/slack/api/`,
    SLACK_TOKEN: 'bot-token',
    GCS_ENDPOINT: `${world.url}/gcs`,
    GCS_TOKEN: 'gcs-token',
    GITLAB_URL_STAGING: `${world.url}/gitlab/staging`,
    GITLAB_TOKEN_STAGING: 'gitlab-admin',
    GITLAB_URL_PRODUCTION: `${world.url}/gitlab/production`,
    GITLAB_TOKEN_PRODUCTION: 'gitlab-admin',
    GITLAB_FLAG_LAG_MS: '200',
  };
}

/** A catalog for the sandbox's Gitaly with three stages, and for the schemas of its Sourcegraph, in a file that `remove` takes away. */
export async function writeCatalog(world: World, changes: { readonly pace?: object; readonly soak?: string; readonly code?: object; readonly pin?: object; readonly approval?: object; readonly flags?: object; readonly schemas?: object; readonly environments?: object; /** A second component that is pinned in the same product. */ readonly monitor?: boolean; /** Gitaly alone is pinned nowhere. */ readonly straight?: boolean; /** Of Gitaly nobody is told. */ readonly silent?: boolean } = {}) {
  const soak = changes.soak ?? '1s';
  const workflow = changes.straight ? { kind: 'deployment' } : { kind: 'workflow', workflow: 'deploy.yml', inputs: { environment: '{environment}', sha: '{sha}', release_key: '{key}' } };
  const catalog = {
    version: 1,
    pace: { poll: '300ms', sample: '500ms', attempt: '3s', heartbeat: '1s', retry: '100ms', ...changes.pace },
    environments: { staging: {}, canary: {}, production: {}, ...changes.environments },
    components: {
      ...(changes.monitor && { monitor: monitor(workflow, changes.approval) }),
      gitaly: {
        code: { canonical: 'gitlab-org/gitaly', mirror: 'gitlab-org-security/gitaly', ...(changes.straight && { requiredChecks: ['build'] }), ...changes.code },
        ...(!changes.straight && {
          pin: {
            repository: 'gitlab-org/gitlab',
            versionFile: 'GITALY_SERVER_VERSION',
            head: 'release/gitaly',
            title: 'Update Gitaly version',
            labels: ['group::gitaly'],
            ...changes.pin,
          },
        }),
        stages: [
          { name: 'staging', environment: 'staging', promote: workflow },
          { name: 'canary', environment: 'canary', promote: { kind: 'deployment' }, soak },
          {
            name: 'production',
            environment: 'production',
            promote: workflow,
            approval: { approvers: ['alice', 'bob'], ...changes.approval },
            soak,
            health: [{ kind: 'http', url: `${world.url}/health/production` }],
          },
        ],
        ...(!changes.silent && { chat: { progress: '#gitaly_alerts', team: '#g_gitaly' } }),
        ...(!changes.silent && { flags: {
          prefix: 'gitaly_',
          operators: ['alice', 'bob'],
          staging: { environment: 'staging', soak },
          production: {
            environment: 'production',
            steps: [25],
            soak,
            health: [{ kind: 'http', url: `${world.url}/health/production` }],
            whenUnhealthy: 'stepBack',
          },
          deployed: { kind: 'url', url: `${world.url}/deployed/production` },
          issues: { repository: 'gitlab-org/gitaly', labels: ['feature flag'] },
          incidents: { repository: 'gitlab-org/gitlab', label: 'incident' },
          ...changes.flags,
        } }),
      },
      migrator: {
        schemas: {
          repository: 'sourcegraph/sourcegraph',
          bucket: 'schemas-migrations',
          releasers: ['alice', 'bob'],
          uploadTimeout: '5s',
          ...changes.schemas,
        },
        chat: { progress: '#releases' },
      },
    },
  };
  const folder = await mkdtemp(join(tmpdir(), 'slipway-catalog-'));
  const file = join(folder, 'slipway.yaml');
  await writeFile(file, stringify(catalog));
  return { file, remove: () => rm(folder, { recursive: true }) };
}

/** The forge's times are whole seconds: a release takes what was opened in the second in which it began for its own. */
export async function nextSecond(): Promise<void> {
  await sleep(1_000 - (Date.now() % 1_000));
}

/** The commit of Gitaly that GitLab's default branch pins. */
export async function pinnedIn(world: World): Promise<Sha> {
  const response = await fetch(`${world.url}/api/v3/repos/gitlab-org/gitlab/contents/GITALY_SERVER_VERSION`, {
    headers: { authorization: 'Bearer bot-token', accept: 'application/vnd.github.raw+json' },
  });
  return asSha((await response.text()).trim());
}

/** Developed where Gitaly is, so that one sandbox does. */
function monitor(workflow: object, approval: object = {}): object {
  return {
    code: { canonical: 'gitlab-org/gitaly', mirror: 'gitlab-org-security/gitaly' },
    pin: { repository: 'gitlab-org/gitlab', versionFile: 'MONITOR_VERSION', head: 'release/monitor', title: 'Update Monitor version' },
    stages: ['staging', 'production'].map((name) => ({ name, environment: name, promote: workflow, ...(name === 'production' && { approval: { approvers: ['alice', 'bob'], ...approval } }) })),
    chat: { progress: '#gitaly_alerts', team: '#g_gitaly' },
  };
}
