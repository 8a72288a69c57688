import { access, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { versions } from '../../sandbox/parts/versions.mjs';
import { duration } from '../../domain/text/duration.ts';
import { composeText, ours, readCompose } from './compose-file.ts';
import type { ComposeFile } from './compose-file.ts';
import { loadedBy, programIn, readDockerfile } from './image.ts';

let file: ComposeFile;

beforeAll(async () => {
  file = await readCompose({ password: 'pw' });
});

describe('docker-compose.yml', () => {
  it('is read by Docker, which refuses what it does not know', async () => {
    expect(Object.keys(file.services)).toEqual(expect.arrayContaining(['postgres', 'temporal', 'temporal-ui', 'attributes', 'worker', 'sandbox-worker']));
    await expect(readCompose({ text: composeText.replace('read_only: true', 'readonly: true'), password: 'pw' })).rejects.toThrow(/readonly/);
  });

  it('does not start without a password for the database, and says where it is set', async () => {
    await expect(readCompose({})).rejects.toThrow('POSTGRES_PASSWORD is missing a value: set it in .env');
  });

  it('publishes ports on this machine only', () => {
    const published = Object.values(file.services).flatMap(({ ports = [] }) => ports.map(({ host_ip }) => host_ip));
    expect(published.length).toBeGreaterThan(1);
    expect(new Set(published)).toEqual(new Set(['127.0.0.1']));
  });

  it('holds no secret but those of the sandbox, which guard nothing', () => {
    const { services } = parse(composeText, { merge: true }) as { services: Record<string, { environment?: Record<string, unknown> }> };
    const secrets = Object.entries(services)
      .filter(([name]) => !name.startsWith('sandbox'))
      .flatMap(([, { environment = {} }]) => Object.entries(environment))
      .filter(([name]) => /TOKEN|SECRET|PASSWORD|PWD|KEY/.test(name));
    expect(secrets.map(([name]) => name)).toEqual(expect.arrayContaining(['POSTGRES_PASSWORD', 'POSTGRES_PWD', 'SQL_PASSWORD']));
    for (const [name, value] of secrets) expect(value, name).toMatch(/^\$\{POSTGRES_PASSWORD(:\?[^}]*)?\}$/);
  });

  it('runs the versions of Temporal that the cluster suite runs', () => {
    const images = Object.values(file.services).map(({ image }) => image);
    expect(images.filter((image) => image.startsWith('temporalio/')).toSorted()).toEqual([
      `temporalio/admin-tools:${versions['temporal-server']}`,
      `temporalio/admin-tools:${versions['temporal-server']}`,
      `temporalio/server:${versions['temporal-server']}`,
      `temporalio/ui:${versions['temporal-ui-server']}`,
    ]);
  });

  it('lets a worker end what is under way before it is killed', () => {
    const { stop_grace_period, environment } = file.services.worker!;
    expect(duration.parse(stop_grace_period)).toBeGreaterThan(Number(environment!.SLIPWAY_SHUTDOWN_MS));
  });

  it('mounts folders, never files: a file would stay the old one when another is put in its place', async () => {
    const mounts = Object.values(file.services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
    const folders = new Set(mounts.map(({ source }) => relative(project, source)));
    // The operator makes the one; Docker refuses to start without it.
    expect(folders).toEqual(new Set(['deploy/temporal', 'catalog']));
    expect((await stat(join(project, 'deploy/temporal'))).isDirectory()).toBe(true);
    for (const [name, { environment = {}, volumes = [] }] of ours(file)) {
      const catalog = environment.SLIPWAY_CATALOG;
      if (volumes.length > 0) expect(volumes.map(({ target }) => target), name).toContain(dirname(String(catalog ?? '/catalog/slipway.yaml')));
    }
  });

  it("lets the operator's own files win over all that it sets itself, but for the build", () => {
    const { services } = parse(composeText, { merge: true }) as { services: Record<string, { environment?: Record<string, unknown> }> };
    for (const name of ['attributes', 'worker', 'webhooks', 'codec-server']) {
      expect(Object.keys(services[name]!.environment ?? {}), name).toEqual(name === 'worker' ? ['SLIPWAY_BUILD_ID'] : []);
      const [first, ...more] = file.services[name]!.env_file!;
      expect(first, name).toEqual({ path: join(project, 'deploy/defaults.env'), required: true });
      expect(more.every(({ required }) => !required), name).toBe(true);
    }
  });

  it('gives each service the secrets that it needs, and no other', () => {
    const secretsOf = (name: string) => file.services[name]!.env_file!.map(({ path }) => basename(path)).filter((name) => name !== 'defaults.env');
    expect(Object.fromEntries(['attributes', 'worker', 'webhooks', 'codec-server'].map((name) => [name, secretsOf(name)]))).toEqual({
      attributes: ['temporal.env'],
      worker: ['temporal.env', 'worker.env', 'payloads.env'],
      webhooks: ['temporal.env', 'webhooks.env', 'payloads.env'],
      'codec-server': ['payloads.env', 'codec.env'],
    });
  });

  it('has an example of each file that an operator writes, which Git ignores', async () => {
    const ignored = await readFile(join(project, '.gitignore'), 'utf8');
    expect(ignored).toContain('\ndeploy/*.env\n');
    const written = new Set(ours(file).flatMap(([, { env_file = [] }]) => env_file.filter(({ required }) => !required).map(({ path }) => path)));
    expect(written.size).toBe(6);
    for (const path of written) await access(`${path}.example`);
  });

  it('works with a Temporal server elsewhere', async () => {
    const { services } = await readCompose({ password: 'unused', overrides: ['deploy/external-temporal.yaml'] });
    expect(Object.keys(services).toSorted()).toEqual(['attributes', 'codec-server', 'console', 'webhooks', 'worker']);
    for (const [name, { depends_on: needed = {} }] of Object.entries(services)) expect(Object.keys(needed), name).toEqual([]);
  });
});

describe('our services', () => {
  it('have no root, no capabilities, and no file system to write to', async () => {
    const stages = await readDockerfile();
    for (const [name, service] of ours(file)) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(service.user, name).toBeUndefined();
      const stage = stages.find(({ name }) => name === service.build!.target);
      expect(stage?.commands.filter((line) => line.startsWith('USER ')), name).toEqual(['USER node']);
    }
  });

  it('start programs that their image has, and that find their packages there', async () => {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
    for (const [name, { build, command = [], healthcheck }] of ours(file)) {
      const pruned = build!.target === 'slipway';
      const installed = Object.keys(pruned ? dependencies! : { ...dependencies, ...devDependencies });
      const commands = [command, ...(healthcheck ? [healthcheck.test.slice(1)] : [])].filter((command) => command[1] !== '-e');
      for (const command of commands) {
        const program = programIn(command);
        expect(program, `${name}: ${command.join(' ')}`).toBeDefined();
        const { files, packages } = await loadedBy(program!);
        expect(packages.filter((name) => !installed.includes(name)), `${name} needs`).toEqual([]);
        if (pruned) expect(files.filter((file) => /^dist\/(sandbox|test|bench)\//.test(file)), `${name} loads`).toEqual([]);
      }
    }
  });

  it('are told only what they know', async () => {
    const code = (await Promise.all(['dist/worker/main.js', 'dist/worker/webhooks.js', 'dist/worker/codec-server.js', 'dist/client/slipway.js'].map(loadedBy))).flatMap(({ files }) => files);
    const known = (await Promise.all(code.map((file) => readFile(join(project, file), 'utf8')))).join('\n');
    const told = ours(file).flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(told).toContain('SLIPWAY_CATALOG');
    // TEMPORAL_… are read by Temporal's own @temporalio/envconfig.
    expect(told.filter((name) => !name.startsWith('TEMPORAL_') && !known.includes(name))).toEqual([]);
  });
});

describe('the image', () => {
  it('is built from what the compiler reads, but for tests and benchmarks', async () => {
    const { include } = parse((await readFile(join(project, 'tsconfig.json'), 'utf8')).replaceAll(/^\s*\/\/.*$/gm, '')) as { include: string[] };
    const ignored = await readFile(join(project, '.dockerignore'), 'utf8');
    const sent = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    const compiled = include.filter((folder) => folder !== 'test' && folder !== 'bench');
    expect(new Set(sent)).toEqual(new Set(['package.json', 'package-lock.json', 'tsconfig.json', ...compiled]));
  });
});
