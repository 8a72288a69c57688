import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributes } from '../domain/release/search-attributes.ts';
import { project } from '../sandbox/parts/build.mjs';
import { part } from '../sandbox/parts/parts.mjs';
import { freePort, property, startProcess } from '../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../sandbox/demonstrations/processes.ts';

/** What Temporal's operator service calls the type of a search attribute (`temporal.api.enums.v1.IndexedValueType`). */
const IndexedValueType = { KEYWORD: 2 } as const;

/** The bundle that production runs, built by the global set-up. */
export const workflowBundle = { codePath: join(project, 'dist/workflow-bundle.js') };

export interface TemporalServer extends RunningProcess {
  /** host:port of the gRPC frontend */
  readonly address: string;
  readonly namespace: 'default';
  /** The Web UI, where it was asked for. */
  readonly uiUrl: string | undefined;
}

/** Starts a Temporal dev server with Slipway's search attributes. In memory, unless `database` names a file; `settings` are its dynamic configuration. */
export async function startTemporal(options: { readonly ui?: boolean; readonly database?: string; readonly port?: number; readonly settings?: Readonly<Record<string, unknown>> } = {}): Promise<TemporalServer> {
  const port = options.port ?? (await freePort());
  const uiPort = options.ui ? await freePort() : undefined;
  const server = await startProcess({
    program: await part('temporal'),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
      ...(uiPort ? ['--ui-port', String(uiPort)] : ['--headless']),
      ...(options.database ? ['--db-filename', options.database] : []),
      ...Object.entries(options.settings ?? {}).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    ready: (line) => (line.startsWith('Server:') ? true : undefined),
  });
  return { ...server, address: `127.0.0.1:${port}`, namespace: 'default', uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}` };
}

/** Starts a server of its own in which time skips whenever a test waits for a result. `teardown()` stops it. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await part('time-skipping-server');
  const start = () => TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  // The SDK gives it five seconds, which are not enough on a busy machine.
  const environment = await start().catch(start).catch(start);
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(searchAttributes.map((name) => [name, IndexedValueType.KEYWORD])),
  });
  return environment;
}

export interface SandboxServer extends RunningProcess {
  /** Worlds are made by `POST <url>/worlds`. */
  readonly url: string;
}

/**
 * Starts the sandbox in a temporary folder, which goes when it stops. Unless `validated` is false, its GitHub holds every call
 * against GitHub's own description. Its worlds have a GCS where it is asked for.
 */
export async function startSandbox({ validated = true, gcs = false }: { readonly validated?: boolean; readonly gcs?: boolean } = {}): Promise<SandboxServer> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-sandbox-'));
  const description = validated ? ['--description', await part('github-description')] : [];
  const storage = gcs ? ['--gcs', await part('fake-gcs-server')] : [];
  const server = await startProcess({
    program: process.execPath,
    args: [join(project, 'dist/sandbox/serve.js'), '--port', '0', '--dir', folder, ...description, ...storage],
    ready: (line) => property(line, 'url'),
  });
  return {
    ...server,
    url: server.ready,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a worker process, the one that production runs. It gets nothing of the developer's environment but `env`. */
export async function startWorker(env: Readonly<Record<string, string>>): Promise<RunningProcess> {
  return startProcess({
    program: process.execPath,
    args: [join(project, 'dist/worker/main.js')],
    env,
    ready: (line) => property(line, 'ready'),
  });
}

/** Starts the process that takes webhooks, on a free port: `ready` is its address. */
export async function startWebhookReceiver(env: Readonly<Record<string, string>>): Promise<RunningProcess & { readonly ready: string }> {
  return startProcess({
    program: process.execPath,
    args: [join(project, 'dist/worker/webhooks.js')],
    env: { SLIPWAY_WEBHOOK_PORT: '0', ...env },
    ready: (line) => property(line, 'url'),
  });
}

/** Starts the process by which the Temporal UI reads encrypted payloads, on a free port: `ready` is its address. */
export async function startCodecServer(env: Readonly<Record<string, string>>): Promise<RunningProcess & { readonly ready: string }> {
  return startProcess({
    program: process.execPath,
    args: [join(project, 'dist/worker/codec-server.js')],
    env: { SLIPWAY_CODEC_PORT: '0', ...env },
    ready: (line) => property(line, 'url'),
  });
}
