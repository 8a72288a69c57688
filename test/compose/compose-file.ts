import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
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
  /** With what the committed files of `env_file` add; those that an operator writes are not looked at. */
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
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
 * @param options.overrides compose files that are laid over it
 * @param options.password of the database: missing where it is undefined. The reader's command doesn't see the environment's variables,
 *   so it is written into the text.
 * @throws an Error with the reader's words when it refuses the file
 */
export async function readCompose({ text = composeText, password, overrides = [] }: { readonly text?: string; readonly password?: string; readonly overrides?: readonly string[] }): Promise<ComposeFile> {
  const given = password === undefined ? text : text.replaceAll(/\$\{POSTGRES_PASSWORD\b[^}]*\}/g, password);
  const reading = promisify(execFile)(await part('compose-check'), ['-format', 'json', '-', ...overrides], { cwd: project, env: { COMPOSE_PROFILES: '*' } });
  reading.child.stdin!.end(given);
  const { services } = JSON.parse((await reading).stdout) as ComposeFile;
  return { services: Object.fromEntries(await Promise.all(Object.entries(services).map(async ([name, service]) => [name, await told(service)] as const))) };
}

/** The reader of compose files doesn't read the files that these name. */
async function told({ environment, env_file = [], ...service }: Service): Promise<Service> {
  const committed = env_file.filter(({ required }) => required).map(({ path }) => readFile(path, 'utf8'));
  const read = (await Promise.all(committed)).map((text) => parseEnv(text));
  return { ...service, env_file, environment: Object.assign({}, ...read, environment) };
}

/** The services that run Slipway's own images. */
export function ours({ services }: ComposeFile): readonly (readonly [name: string, service: Service])[] {
  return Object.entries(services).filter(([, { build }]) => build !== undefined);
}
