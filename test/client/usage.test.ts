import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../sandbox/demonstrations/processes.ts';
import { type } from './command-line.ts';

describe('the command line', () => {
  it('tells its verbs and exit codes', async () => {
    const { exit, stdout } = await type(['--help']);
    expect(exit).toBe(0);
    for (const verb of ['start', 'approve', 'reject', 'decide', 'pause', 'resume', 'abort', 'freeze', 'thaw', 'halt', 'veto', 'lift', 'status', 'watch', 'validate', 'attributes']) expect(stdout).toContain(`  ${verb} `);
    expect(stdout).toContain("Exit codes: 0 done, accepted or released; 1 refused or not released; 2 bad input; 3 the server or a worker can't be reached");
  });

  it.each([
    ['a mistyped verb', ['aprove', 'gitaly'], '(Did you mean approve?)'],
    ['a vote for no stage', ['approve', 'gitaly', '--by', 'kim'], "required option '--stage <name>' not specified"],
    ['a vote of nobody', ['approve', 'gitaly', '--stage', 'production'], "required option '--by <login>' not specified"],
    ['a freeze without a reason', ['freeze', 'production', '--by', 'kim'], "required option '--reason <text>' not specified"],
    ['a freeze until some time', ['freeze', 'production', '--by', 'kim', '--reason', 'fair', '--until', 'monday'], '--until: must be a time such as "2026-12-24T18:00:00Z", not "monday"'],
    ['an environment that the catalog at hand has not', ['thaw', 'prodution', '--by', 'kim'], 'unknown environment "prodution": did you mean "production"?'],
    ['a halt without a reason', ['halt', 'gitaly', '--by', 'kim'], "required option '--reason <text>' not specified"],
    ['a halt by nobody', ['halt', 'gitaly', '--by', 'your-login', '--reason', 'x'], '"your-login" stands for your own login'],
    ['a veto on half a SHA', ['veto', 'gitaly', '1a2b', '--by', 'kim', '--reason', 'leaks'], '--sha: must be a full commit SHA of 40 hex digits, not "1a2b"'],
    ['a veto on nothing', ['veto', 'gitaly', '--by', 'kim', '--reason', 'leaks'], "missing required argument 'sha'"],
    ['the lift of what the catalog at hand has not', ['lift', 'gitlay', '--by', 'kim'], 'unknown component "gitlay": did you mean "gitaly"?'],
    ['half a SHA', ['approve', 'gitaly', '--stage', 'production', '--by', 'kim', '--sha', '1a2b'], '--sha: must be a full commit SHA of 40 hex digits, not "1a2b"'],
    ['input that is no object', ['start', 'componentRelease', 'gitaly', '--input', '[]'], '--input must be one JSON object'],
    ['input that is no JSON', ['start', 'componentRelease', 'gitaly', '--input', '{'], '--input must be one JSON object'],
    ['a component that the catalog at hand has not', ['start', 'componentRelease', 'gitlay'], 'unknown component "gitlay": did you mean "gitaly"?'],
    ['a profile that is not there', ['status', 'gitaly', '--profile', 'staging'], "the Temporal client's configuration can't be used: Profile 'staging' not found"],
  ])('refuses %s before it connects', async (_mistake, args, message) => {
    const { exit, stdout, stderr } = await type(args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('says which server it can not reach, and how to name another', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const { exit, stderr } = await type(['status', 'gitaly'], { TEMPORAL_ADDRESS: address });
    expect(exit).toBe(3);
    expect(stderr).toContain(`can't reach the Temporal server at ${address}`);
    expect(stderr).toContain('Set its address by --address, TEMPORAL_ADDRESS, or a profile in temporal.toml');
    expect(stderr).not.toContain('    at ');
  });

  it('answers a mistake with one JSON document, too', async () => {
    const usage = await type(['approve', 'gitaly', '--json']);
    expect(JSON.parse(usage.stdout)).toEqual({ error: { message: "required option '--stage <name>' not specified", exit: 2 } });
    expect(usage.stderr).toBe('');
  });
});

describe('slipway validate', () => {
  it('says that a catalog is valid, and what is in it', async () => {
    expect(await type(['validate', 'slipway.yaml'])).toMatchObject({ exit: 0, stdout: 'slipway.yaml is valid. Components: gitaly. Environments: staging, canary, production\n' });
  });

  it('lists every mistake by file, line and column', async () => {
    const file = await catalogOf('version: 2\nenvironments: {}\ncomponents: {}\nstages: []\n');
    expect(await type(['validate', file])).toEqual({
      exit: 2,
      stderr: '',
      stdout: `${file}:1:10: version: must be 1, not 2\n${file}:4:1: stages: unknown key "stages". Known: version, pace, environments, components, people, accounts\n`,
    });
  });

  it('gives the same to programs', async () => {
    const file = await catalogOf('version: 2\nenvironments: {}\ncomponents: {}\n');
    const { exit, stdout } = await type(['validate', file, '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ file, kind: 'invalid', problems: [{ line: 1, column: 10, path: 'version', message: 'must be 1, not 2' }] });
  });

  it('checks the catalog that the environment names, if no file is given', async () => {
    const file = await catalogOf('version: 2\nenvironments: {}\ncomponents: {}\n');
    expect(await type(['validate'], { SLIPWAY_CATALOG: file })).toMatchObject({ exit: 2, stdout: `${file}:1:10: version: must be 1, not 2\n` });
    expect(await type(['validate', 'slipway.yaml'], { SLIPWAY_CATALOG: file })).toMatchObject({ exit: 0 });
    expect(await type(['validate'], { SLIPWAY_CATALOG: '' })).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^slipway\.yaml is valid/) });
  });

  it('names a file that is not there', async () => {
    const { exit, stderr } = await type(['validate', 'nowhere.yaml']);
    expect(exit).toBe(2);
    expect(stderr).toContain("can't read the catalog: ENOENT: no such file or directory, open 'nowhere.yaml'");
  });
});

async function catalogOf(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'slipway-catalog-')), 'slipway.yaml');
  await writeFile(file, text);
  return file;
}
