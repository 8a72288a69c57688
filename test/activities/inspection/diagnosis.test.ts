import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { componentsWith } from '../../components.ts';
import type { ArtifactStore } from '../../../ports/artifacts/store.ts';
import { connectSlack } from '../../../ports/chat/slack.ts';
import { createDiagnosis } from '../../../activities/inspection/diagnosis.ts';
import type { DiagnosisPorts } from '../../../activities/inspection/diagnosis/finding.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { FlagBackend } from '../../../ports/flags/backend.ts';
import { connectGitHub } from '../../../ports/forge/github/github.ts';
import type { Git } from '../../../ports/git/git.ts';
import { folderRecords } from '../../../ports/records/folder.ts';
import { storeRecords } from '../../../ports/records/store.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import { diagnosisPage } from '../../../domain/inspection/diagnosis.ts';
import { searchAttributes } from '../../../domain/release/search-attributes.ts';
import { releasedNames } from '../../domain/schemas/released-versions.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { useSandbox } from '../../ports/stand.ts';

const sandbox = useSandbox();
let world: World;
beforeAll(async () => {
  world = await openWorld(sandbox.url());
  const sources = Object.fromEntries(['', '.codeintel', '.codeinsights'].map((part) => [`internal/database/schema${part}.json`, '{}']));
  const deps = 'http_file(name = "schemas_archive", urls = ["https://storage/schemas/dist/schemas-v1.0.0.tar.gz"], sha256 = "0")\n';
  await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { 'deps.bzl': deps, ...sources }, message: 'Take the schemas' });
});

const sound = `
version: 1
environments: { staging: {} }
components:
  gitaly:
    code: { canonical: gitlab-org/gitaly, mirror: gitlab-org-security/gitaly, requiredChecks: [build] }
    pin: { repository: gitlab-org/gitlab, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update, requiredChecks: [rspec, static-analysis, danger-review] }
    stages:
      - { name: staging, environment: staging, promote: { kind: workflow, workflow: deploy.yml, inputs: { release_key: "{key}" } } }
    chat: { progress: "#gitaly_alerts", team: "#g_gitaly" }
`;

/** What a component may have besides, all of it well. */
const more = `
    flags:
      prefix: gitaly_
      production: { environment: staging, health: [{ kind: http, url: "http://gitaly/-/health" }] }
      issues: { repository: gitlab-org/gitaly, labels: [feature flag] }
      incidents: { repository: gitlab-org/gitlab, label: incident }
  migrator:
    schemas: { repository: gitlab-org/gitlab, branch: master, file: deps.bzl, bucket: schemas }
    chat: { progress: "#g_gitaly" }
`;

function catalogOf(text: string): DiagnosisPorts['catalog'] {
  return {
    async read() {
      const reading = readCatalog(text);
      return reading.kind === 'valid' ? reading.catalog : expect.unreachable(JSON.stringify(reading.problems));
    },
  };
}

/** What is not as it should be, by what it is about. */
async function ails(changes: { readonly catalog?: readonly [string, string]; readonly also?: string; readonly ports?: Partial<DiagnosisPorts>; readonly token?: string; readonly reviewerToken?: string } = {}) {
  const { diagnose } = createDiagnosis({
    catalog: catalogOf((changes.catalog ? sound.replace(...changes.catalog) : sound) + (changes.also ?? '')),
    forge: connectGitHub({ baseUrl: `${world.url}/api/v3`, token: changes.token ?? 'bot-token', reviewerToken: changes.reviewerToken ?? 'reviewer-token' }),
    git: { refs: async () => ({ branches: {}, tags: [] }) } as Partial<Git> as Git,
    chat: connectSlack({ token: 'xoxb-slipway', baseUrl: `${world.url}/slack/api/` }),
    health: { look: async () => ({ kind: 'healthy' }) },
    flags: () => ({ list: async () => [] }) as Partial<FlagBackend> as FlagBackend,
    artifacts: { list: async () => [], allowed: async () => ['create', 'list', 'read', 'remove'] } as Partial<ArtifactStore> as ArtifactStore,
    releases: { isRunning: async () => false } as Partial<DiagnosisPorts['releases']> as DiagnosisPorts['releases'],
    records: { names: async () => [], read: async () => undefined, hindrance: async () => undefined, write: async () => expect.unreachable('a doctor changes nothing') },
    components: componentsWith(),
    approvalKeys: async () => [],
    server: { version: async () => '1.29.1', keywords: async () => searchAttributes },
    ...changes.ports,
  });
  const findings = await diagnose({});
  return Object.fromEntries(findings.filter(({ state }) => state !== 'ok').map(({ about, state, what, todo }) => [about, `${state}: ${what}; ${todo}`]));
}

it('finds nothing amiss where all is well, and changes nothing', async () => {
  const before = (await world.journal()).length;
  expect(await ails()).toEqual({});
  expect(await ails({ also: more })).toEqual({});
  expect(await world.journal()).toHaveLength(before);
});

it('finds that people have halted a component, and says how that is ended', async () => {
  const components = componentsWith({ halt: { by: 'kim', reason: 'an incident', since: '2026-01-01T00:00:00Z' } });
  expect(Object.entries(await ails({ ports: { components } }))).toContainEqual([expect.stringContaining(': halts and vetoes'), expect.stringMatching(/^warning: nothing is released: \w+ is halted by kim: an incident; when that is over: slipway lift \w+ --by <you>$/)]);
});

it('finds a team that the token does not see, and keys that can not be used', async () => {
  const promote = 'promote: { kind: workflow';
  const approval = `approval: { approvers: [ann, gitlab-org/managers], assurance: verified }, ${promote}`;
  const team = 'gitlab-org/managers';
  expect(await ails({ catalog: [promote, approval] })).toEqual({ [`gitaly: ${team}`]: expect.stringMatching(/^missing: does not exist, or the token does not see it; let the token read the organisation's members/) });
  await world.control('teams', { team, members: ['ann'] });
  const approvalKeys = async () => {
    throw new Error('SLIPWAY_APPROVAL_KEYS: keys 0 d is private, and does not belong on a worker');
  };
  expect(await ails({ catalog: [promote, approval], ports: { approvalKeys } })).toEqual({ 'keys of signed decisions': expect.stringContaining('is private, and does not belong on a worker') });
});

it.each<[string, [string, string], string, RegExp]>([
  ['a repository that is not there', ['canonical: gitlab-org/gitaly', 'canonical: gitlab-org/gitlay'], 'gitaly: gitlab-org/gitlay', /^missing: does not exist, or the token does not see it/],
  ['a workflow whose runs do not show the key', ['release_key:', 'environment:'], 'gitaly: deploy.yml of gitlab-org/gitlab', /^missing: does not show environment in its run-name on master; .*run-name: \$\{\{ inputs.environment \}\}/],
  ['a workflow that is not there', ['deploy.yml', 'deplyo.yml'], 'gitaly: deplyo.yml of gitlab-org/gitlab', /^missing: does not exist; add .github\/workflows\/deplyo.yml/],
  ['a version file that is not there', ['GITALY_SERVER_VERSION', 'GITALY_VERSION'], 'gitaly: GITALY_VERSION', /^missing: gitlab-org\/gitlab does not have it on master/],
  ['a version file that pins nothing', ['GITALY_SERVER_VERSION', 'README.md'], 'gitaly: README.md', /^missing: it contains "# GitLab"/],
  ['a channel that is not there', ['#g_gitaly', '#g_gitlay'], 'gitaly: #g_gitlay', /^missing: Slack shows no channel #g_gitlay: create it/],
  ['a check that never reports', ['[build]', '[biuld]'], 'gitaly: checks of gitlab-org-security/gitaly', /^warning: biuld has not reported for \w{12}; .*test.* has/],
  ['a check that people can merge without', ['danger-review]', 'danger-review, e2e]'], 'gitaly: master of gitlab-org/gitlab', /^warning: asks for rspec, static-analysis, danger-review, but not for e2e/],
  ['a check that only the branch asks for', [', danger-review]', ']'], 'gitaly: master of gitlab-org/gitlab', /^warning: asks for danger-review, too, which pin.requiredChecks does not name; a release waits for that all the same/],
  ['a soak that looks at nothing', ['name: staging, environment', 'name: staging, soak: 1h, environment'], 'gitaly: soak of staging', /^warning: looks at nothing: it passes by time alone/],
])('finds %s', async (_, change, about, finding) => {
  expect(await ails({ catalog: change })).toEqual({ [about]: expect.stringMatching(finding) });
});

it.each([
  ['creation', 'release/other', /^warning: a rule keeps all but some from making it: a release may not begin; let Slipway bypass that rule/],
  ['deletion', 'release/other-back', /^warning: a rule keeps all but some from deleting it: a release may leave it behind/],
])("finds a rule on the %s of a release's branch, though there is no such branch yet", async (restriction, branch, finding) => {
  const restrict = (restricts: readonly string[]) => world.control('protection', { repository: 'gitlab-org/gitlab', branch, restricts });
  await restrict([restriction]);
  onTestFinished(async () => void (await restrict([])));
  expect(await ails({ catalog: ['head: release/gitaly', 'head: release/other'] })).toEqual({ [`gitaly: ${branch} of gitlab-org/gitlab`]: expect.stringMatching(finding) });
});

it('asks for no product and no chat where nothing pins a component, and for a token that may deploy from its own repository', async () => {
  const straight: [string, string] = [sound.slice(sound.indexOf('    pin:')), '    stages: [{ name: staging, environment: staging, promote: { kind: deployment } }]\n'];
  expect(await ails({ catalog: straight })).toEqual({});
  const forge = connectGitHub({ baseUrl: `${world.url}/api/v3`, token: 'bot-token' });
  expect(await ails({ catalog: straight, ports: { forge: { ...forge, access: { ...forge.access, repository: async () => 'read' } } } })).toEqual({
    'gitaly: gitlab-org-security/gitaly': 'missing: may be read only; let the account write to it, and the token, too',
  });
});

it('finds a branch that is not there or not protected', async () => {
  const found = await ails({ catalog: ['repository: gitlab-org/gitlab,', 'repository: gitlab-org/gitaly,'] });
  expect(found).toMatchObject({ 'gitaly: master of gitlab-org/gitaly': expect.stringMatching(/^warning: is not protected/) });
  const lost = await ails({ catalog: ['repository: gitlab-org/gitlab,', 'repository: gitlab-org/gitlab, branch: mian,'] });
  expect(lost).toMatchObject({ 'gitaly: mian of gitlab-org/gitlab': expect.stringMatching(/^missing: GitHub answered 404/) });
});

describe('of what only some components have, it finds', () => {
  const forge = () => connectGitHub({ baseUrl: `${world.url}/api/v3`, token: 'bot-token', reviewerToken: 'reviewer-token' });
  const lacking = (what: string, theirs: string) => more.replace(what, theirs);

  it('a way to merge that is switched off', async () => {
    const access = { ...forge().access, merging: async () => ({ methods: ['squash'], autoMerge: false }) as const };
    expect(await ails({ ports: { forge: { ...forge(), access } } })).toEqual({
      'gitaly: merging into gitlab-org/gitlab': 'missing: "merge" is switched off; squash is not; set pin.merge in the catalog, or allow it in the settings of the repository',
    });
    expect(await ails({ catalog: ['title: Update,', 'title: Update, merge: squash, autoMerge: true,'], ports: { forge: { ...forge(), access } } })).toMatchObject({
      'gitaly: merging into gitlab-org/gitlab': expect.stringMatching(/^missing: auto-merge is switched off; allow it/),
    });
  });

  it('more reviews than the second identity gives', async () => {
    const rules = { checks: ['rspec', 'static-analysis', 'danger-review'], reviews: 2, mergeQueue: true, signatures: false };
    const access = { ...forge().access, rules: async () => rules };
    const branch = 'gitaly: master of gitlab-org/gitlab';
    expect(await ails({ ports: { forge: { ...forge(), access } } })).toEqual({ [branch]: expect.stringMatching(/^warning: asks for 2 reviews, of which one comes from a second identity; people have to/) });
    const { reviewer: _, ...alone } = forge();
    expect(await ails({ ports: { forge: { ...alone, access: { ...access, rules: async () => ({ ...rules, reviews: 1 }) } } } })).toEqual({ [branch]: expect.stringMatching(/^warning: asks for 1 review, of which none comes/) });
  });

  it('a rule that asks for signed commits, which a token of an account does not make', async () => {
    const rules = { checks: ['rspec', 'static-analysis', 'danger-review'], reviews: 0, mergeQueue: false, signatures: true };
    const access = { ...forge().access, rules: async () => rules };
    expect(await ails({ ports: { forge: { ...forge(), access } } })).toEqual({ 'gitaly: master of gitlab-org/gitlab': expect.stringMatching(/^warning: asks for signed commits, .* connect it as a GitHub App/) });
    expect(await ails({ ports: { forge: { ...forge(), access: { ...access, signs: true } } } })).toEqual({});
  });

  it('health that nobody knows', async () => {
    const health = { look: async () => ({ kind: 'unknown', reason: 'PROMETHEUS_URL: is missing' }) as const };
    expect(await ails({ also: more, ports: { health } })).toEqual({ 'gitaly: health by http://gitaly/-/health': expect.stringMatching(/^warning: unknown: PROMETHEUS_URL: is missing; no soak passes without health/) });
  });

  it('flags that the worker may not read', async () => {
    const flags = () => {
      throw neverRetry('PermissionDenied', 'GITLAB_TOKEN_STAGING is missing');
    };
    expect(await ails({ also: more, ports: { flags } })).toEqual({ 'gitaly: flags of staging': 'missing: GITLAB_TOKEN_STAGING is missing; see docs/flags.md' });
  });

  it.each([
    ['where issues are opened', 'issues: { repository: gitlab-org/gitaly,', 'issues: { repository: gitlab-org/gitlay,', 'gitaly: gitlab-org/gitlay'],
    ['where incidents are', 'incidents: { repository: gitlab-org/gitlab,', 'incidents: { repository: gitlab-org/incidnets,', 'gitaly: gitlab-org/incidnets'],
    ['where schemas come from', 'schemas: { repository: gitlab-org/gitlab,', 'schemas: { repository: gitlab-org/gitlba,', 'migrator: gitlab-org/gitlba'],
  ])('no repository %s', async (_, ours, theirs, about) => {
    expect(await ails({ also: lacking(ours, theirs) })).toMatchObject({ [about]: expect.stringMatching(/^missing: does not exist, or the token does not see it; correct the catalog/) });
  });

  it('schemas without their file, their bucket or their channel', async () => {
    expect(await ails({ also: lacking('deps.bzl', 'dpes.bzl') })).toEqual({ 'migrator: dpes.bzl': 'missing: gitlab-org/gitlab does not have it on master; correct file or branch in the catalog' });
    expect(await ails({ also: lacking('deps.bzl', 'README.md') })).toEqual({ 'migrator: README.md': expect.stringMatching(/^missing: can't be rewritten: there is no http_file\(name = "schemas_archive"\)/) });
    expect(await ails({ also: lacking('progress: "#g_gitaly"', 'progress: "#nowhere"') })).toEqual({ 'migrator: #nowhere': expect.stringMatching(/^missing: Slack shows no channel #nowhere/) });
    const artifacts = { list: async () => [], allowed: async () => ['list', 'read'] } as Partial<ArtifactStore> as ArtifactStore;
    expect(await ails({ also: more, ports: { artifacts } })).toEqual({ 'migrator: gs://schemas': expect.stringMatching(/^warning: the credentials may not create, remove in all of it; grant that/) });
    const none = { list: async () => Promise.reject(neverRetry('PermissionDenied', 'GCS answered 404')) } as Partial<ArtifactStore> as ArtifactStore;
    expect(await ails({ also: more, ports: { artifacts: none } })).toEqual({ 'migrator: gs://schemas': 'missing: GCS answered 404; see docs/adapters.md' });
  });

  it('a bucket whose schemas no release could take', async () => {
    const holding = (names: readonly string[]) => {
      const list = async () => names.map((name) => ({ bucket: 'schemas', name: `schemas/${name}`, size: 9, crc32c: '', generation: '1' }));
      return { artifacts: { list, allowed: async () => ['create', 'list', 'read', 'remove'] } as Partial<ArtifactStore> as ArtifactStore };
    };
    const about = 'migrator: gs://schemas';
    expect(await ails({ also: more, ports: holding(releasedNames) })).toEqual({});
    expect(await ails({ also: lacking('bucket: schemas }', 'bucket: schemas, names: { object: "{version}-internal_database.schema{part}.json" } }'), ports: holding(releasedNames) })).toEqual({
      [about]: expect.stringMatching(/^missing: schemas\/ holds what is no schema v3.20.0-internal_database_schema.json: named like .* and 285 more; correct names in the catalog/),
    });
    expect(await ails({ also: more, ports: holding(['README.md']) })).toEqual({ [about]: expect.stringContaining('README.md: not a name of the convention') });
    expect(await ails({ also: more, ports: holding(releasedNames.slice(0, -1)) })).toEqual({ [about]: expect.stringContaining('the schemas of v5.2.4 are not complete; missing v5.2.4-internal_database_schema.codeinsights.json') });
  });

  it('schemas of a repository that no release could take, the branch of a line that is not there, and a build that can not be started', async () => {
    const saying = (words: string) => lacking('bucket: schemas }', `bucket: schemas, ${words} }`);
    expect(await ails({ also: saying('names: { source: "db/schema{part}.json" }') })).toEqual({ 'migrator: db/schema{part}.json': expect.stringMatching(/^missing: the commit lacks schemas: db\/schema.json, db\/schema.codeintel.json, db\/schema.codeinsights.json \(on master of gitlab-org\/gitlab\)/) });
    expect(await ails({ also: saying('names: { parts: [{ name: "" }, { name: .codeintel }] }') })).toEqual({ 'migrator: internal/database/schema{part}.json': expect.stringMatching(/^missing: the catalog does not know every schema of the commit.*: internal\/database\/schema.codeinsights.json/) });
    expect(await ails({ also: saying('lines: { "5.3": 5-3-stable }') })).toEqual({ 'migrator: deps.bzl on 5-3-stable': 'missing: gitlab-org/gitlab does not have it on 5-3-stable; correct file or branch in the catalog' });
    expect(await ails({ also: saying('build: { workflow: relaese.yml, inputs: { key: "{key}" } }') })).toEqual({ 'migrator: relaese.yml of gitlab-org/gitlab': expect.stringMatching(/^missing: does not exist/) });
  });

  it('a base that people have to merge into', async () => {
    const access = { ...forge().access, rules: async (repository: string) => (repository === 'gitlab-org/gitlab' ? { checks: ['rspec', 'static-analysis', 'danger-review'], reviews: 2, mergeQueue: true, signatures: false } : undefined) };
    expect(await ails({ also: more, ports: { forge: { ...forge(), access } } })).toMatchObject({ 'migrator: merging into master of gitlab-org/gitlab': expect.stringMatching(/^warning: asks for 2 reviews, of which one comes from a second identity/) });
  });

  it('a channel to ask again in that is not there', async () => {
    const escalating = 'promote: { kind: workflow, workflow: deploy.yml, inputs: { release_key: "{key}" } }, approval: { approvers: [kim], escalate: { every: 1h, channel: "#nowhere" } } }';
    expect(await ails({ catalog: ['promote: { kind: workflow, workflow: deploy.yml, inputs: { release_key: "{key}" } } }', escalating] })).toEqual({ 'gitaly: #nowhere': expect.stringMatching(/^missing: Slack shows no channel/) });
  });
});

it('finds tokens that are wrong', async () => {
  expect(await ails({ token: 'nonsense' })).toMatchObject({ "the forge's token": expect.stringMatching(/^missing: GitHub answered 401.*Is the token valid\?/) });
  expect(await ails({ reviewerToken: 'bot-token' })).toEqual({ "the reviewer's token": 'missing: of slipway-bot, who opens the pull requests; nobody may approve their own: take the token of another account' });
});

it('finds that a bot may read, but not write', async () => {
  const chat = connectSlack({ token: 'xoxb-reader', baseUrl: `${world.url}/slack/api/` });
  const lacking = (channel: string) => `missing: the bot may read ${channel}, but lacks the scope chat:write: give it that, and install it anew; see docs/adapters.md`;
  expect(await ails({ ports: { chat } })).toEqual({ 'gitaly: #g_gitaly': lacking('#g_gitaly'), 'gitaly: #gitaly_alerts': lacking('#gitaly_alerts') });
});

it('finds that no record can be kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await ails({ ports: { records: folderRecords(join(folder, 'made/with/the/first')) } })).toEqual({});
  await writeFile(join(folder, 'file'), '');
  // The tests may run as root, who may write everywhere.
  expect(await ails({ ports: { records: folderRecords(join(folder, 'file/records')) } })).toEqual({ records: expect.stringMatching(/^missing: ENOTDIR.*see SLIPWAY_RECORDS/) });
  const bucket = { list: async () => [], allowed: async () => ['list', 'read'] } as Partial<ArtifactStore> as ArtifactStore;
  expect(await ails({ ports: { records: storeRecords(bucket, { bucket: 'releases', folder: 'records' }) } })).toEqual({
    records: "warning: the credentials may not create, remove in all of gs://releases; grant that, unless a condition grants it in the records' folder",
  });
});

it('finds what the server lacks, and that no records are kept', async () => {
  const server = { version: async () => '1.24.2', keywords: async () => searchAttributes.slice(1) };
  expect(await ails({ ports: { server, records: undefined } })).toEqual({
    'the Temporal server': 'warning: version 1.24.2; Slipway is tried with 1.29.0 and newer: upgrade it',
    'search attributes': `missing: not registered as Keywords: ${searchAttributes[0]}; register them: slipway attributes`,
    records: 'warning: none are kept; set SLIPWAY_RECORDS: Temporal forgets a release after its retention',
  });
});

it('goes on without a catalog as far as it can', async () => {
  const catalog = { read: async () => Promise.reject(neverRetry('InvalidCatalog', 'The catalog has a mistake')) };
  expect(await ails({ ports: { catalog } })).toEqual({ 'the catalog': 'missing: The catalog has a mistake; mend it: slipway validate' });
});

it('shows the worst first, whatever is in it', () => {
  expect(
    diagnosisPage([
      { about: 'a', state: 'ok', what: 'fine' },
      { about: 'b', state: 'missing', what: 'x | y\nz', todo: 'add it' },
    ]),
  ).toBe('| | | | what to do |\n| --- | --- | --- | --- |\n| missing | b | x \\| y z | add it |\n| ok | a | fine |  |');
});
