import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoginServer } from '../login/login-server.ts';
import { openDemonstration, writeDemonstrationCatalog } from './demonstration.ts';
import { project } from '../parts/build.mjs';
import { part } from '../parts/parts.mjs';
import { freePort, property, startProcess } from './processes.ts';
import type { RunningProcess } from './processes.ts';
import { slipway } from './slipway.ts';

/** Everything that Slipway needs around it, on this machine: a Temporal server with its UI, a world to release in, a worker. */
export interface Company {
  readonly uiUrl: string;
  readonly consoleUrl: string;
  readonly world: { readonly url: string; readonly name: string };
  /** What a `slipway` command needs to know of this company. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends every process, the last started first. */
  close(): Promise<void>;
}

const usualPort = { temporal: 7233, ui: 8233, console: 8082 } as const;

export interface CompanyOptions {
  /** A git repository whose history becomes Gitaly's. */
  readonly seed?: string | undefined;
  readonly scenario?: 'gitaly' | 'sourcegraph';
  /** Told of each part as it comes up. */
  readonly announce: (line: string) => void;
}

/** @throws an Error that says what to install, before anything was started, where a real part can't be had */
export async function openCompany({ seed, scenario = 'gitaly', announce }: CompanyOptions): Promise<Company> {
  const programs = { temporal: await part('temporal'), gcs: scenario === 'sourcegraph' ? await part('fake-gcs-server') : undefined };
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'));
  const running: Pick<RunningProcess, 'stop'>[] = [];
  const close = async () => {
    for (const one of running.reverse()) await one.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [port, uiPort] = [await freePort(usualPort.temporal), await freePort(usualPort.ui)];
    const temporal = await startProcess({
      program: programs.temporal,
      args: ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--log-level', 'error'],
      ready: (line) => (line.startsWith('Server:') ? true : undefined),
    });
    running.push(temporal);
    const uiUrl = `http://127.0.0.1:${uiPort}`;
    announce(`Temporal      ${uiUrl}`);

    const sandbox = await startProcess({
      program: process.execPath,
      args: [join(project, 'dist/sandbox/serve.js'), '--port', '0', '--dir', join(folder, 'worlds'), ...(programs.gcs === undefined ? [] : ['--gcs', programs.gcs])],
      ready: (line) => property(line, 'url'),
    });
    running.push(sandbox);
    const world = await openDemonstration(sandbox.ready, { seed, scenario });
    const catalog = join(folder, 'slipway.yaml');
    await writeDemonstrationCatalog(catalog, world);
    announce(`Sandbox       ${world.url}`);

    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TEMPORAL_NAMESPACE: 'default', SLIPWAY_UI: uiUrl, SLIPWAY_CATALOG: catalog };
    await slipway(['attributes'], env);
    const consoleUrl = `http://127.0.0.1:${await freePort(usualPort.console)}`;
    const key = await writeSigningKey(join(folder, 'console.jwk'));
    running.push(
      await startProcess({
        program: process.execPath,
        args: [join(project, 'dist/worker/main.js')],
        env: {
          ...env,
          SLIPWAY_RECORDS: join(folder, 'records'),
          SLIPWAY_APPROVAL_KEYS: key.known,
          SLIPWAY_READ_LAG_MS: '500',
          SLIPWAY_SHUTDOWN_MS: '1000',
          GITHUB_API_URL: `${world.url}/api/v3`,
          GITHUB_GIT_URL: `${world.url}/git`,
          SLIPWAY_GIT_CACHE: join(folder, 'git'),
          GITHUB_TOKEN: 'bot-token',
          GITHUB_WRITE_INTERVAL_MS: '0',
          SLACK_API_URL: `${world.url}/slack/api/`,
          SLACK_TOKEN: 'bot-token',
          GITLAB_URL_STAGING: `${world.url}/gitlab/staging`,
          GITLAB_TOKEN_STAGING: 'gitlab-admin',
          GITLAB_URL_PRODUCTION: `${world.url}/gitlab/production`,
          GITLAB_TOKEN_PRODUCTION: 'gitlab-admin',
          GITLAB_FLAG_LAG_MS: '500',
          GCS_ENDPOINT: `${world.url}/gcs`,
          GCS_TOKEN: 'gcs-token',
        },
        ready: (line) => property(line, 'ready'),
      }),
    );
    announce('Worker        task queue "slipway"');
    const login = await startLoginServer(consoleUrl);
    running.push(login);
    const pages = await startProcess({
      program: process.execPath,
      args: [join(project, 'dist/client/slipway.js'), 'console', '--port', new URL(consoleUrl).port],
      env: { ...env, SLIPWAY_CONSOLE_URL: consoleUrl, SLIPWAY_CONSOLE_ISSUER: login.issuer, SLIPWAY_CONSOLE_CLIENT_ID: login.clientId, SLIPWAY_CONSOLE_CLIENT_SECRET: login.clientSecret, SLIPWAY_CONSOLE_KEY: key.file },
      ready: (line) => (line.startsWith('the console is at') ? true : undefined),
    });
    running.push(pages);
    announce(`Console       ${consoleUrl} (log in as "you", with any password)`);
    return { uiUrl, consoleUrl, world, env, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** By which the console signs votes. @returns its file, and what the worker has to know of it */
async function writeSigningKey(file: string): Promise<{ readonly file: string; readonly known: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'console' }), { mode: 0o600 });
  return { file, known: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'console' }] }) };
}
