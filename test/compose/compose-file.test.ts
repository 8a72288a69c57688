import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { versions } from '../../sandbox/parts/versions.mjs';
import { duration } from '../../domain/duration.ts';
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

  it('mounts files that exist', async () => {
    for (const [, mounted = ''] of composeText.matchAll(/"(\.\/[^:"]+):/g)) await access(join(project, mounted));
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
