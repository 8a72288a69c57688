import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from '../../sandbox/parts/build.mjs';
import { part } from '../../sandbox/parts/parts.mjs';

/** What of docker-compose.yml the tests look at, as Docker's own reader understands it. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
}

export interface Service {
  readonly image: string;
  /** The target of the Dockerfile: set for the services that are ours. */
  readonly build?: { readonly target: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly network_mode?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
}

export const composeText = await readFile(join(project, 'docker-compose.yml'), 'utf8');

/**
 * Reads docker-compose.yml, as `docker compose --profile '*'` would.
 *
 * @param options.password of the database: missing where it is undefined. The reader's command doesn't see the environment's variables,
 *   so it is written into the text.
 * @throws an Error with the reader's words when it refuses the file
 */
export async function readCompose({ text = composeText, password }: { readonly text?: string; readonly password?: string }): Promise<ComposeFile> {
  const given = password === undefined ? text : text.replaceAll(/\$\{POSTGRES_PASSWORD\b[^}]*\}/g, password);
  const reading = promisify(execFile)(await part('compose-check'), ['-format', 'json', '-'], { cwd: project, env: { COMPOSE_PROFILES: '*' } });
  reading.child.stdin!.end(given);
  return JSON.parse((await reading).stdout) as ComposeFile;
}

/** The services that run Slipway's own images. */
export function ours({ services }: ComposeFile): readonly (readonly [name: string, service: Service])[] {
  return Object.entries(services).filter(([, { build }]) => build !== undefined);
}
