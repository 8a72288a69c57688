import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectSlack } from '../../activities/chat/slack.ts';
import { createDiagnosis } from '../../activities/diagnosis.ts';
import type { DiagnosisPorts } from '../../activities/diagnosis.ts';
import { neverRetry } from '../../activities/failures.ts';
import { connectGitHub } from '../../activities/forge/github.ts';
import { readCatalog } from '../../domain/catalog-text.ts';
import { diagnosisPage } from '../../domain/diagnosis.ts';
import { searchAttributes } from '../../domain/search-attributes.ts';
import { startSandbox } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';
import { openWorld } from '../worlds.ts';
import type { World } from '../worlds.ts';

let sandbox: SandboxServer;
let world: World;
beforeAll(async () => {
  sandbox = await startSandbox();
  world = await openWorld(sandbox.url);
});
afterAll(() => sandbox.stop());

const sound = `
version: 1
environments: { staging: {} }
components:
  gitaly:
    source: { canonical: gitlab-org/gitaly, mirror: gitlab-org-security/gitaly, requiredChecks: [build] }
    downstream: { repository: gitlab-org/gitlab, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update, requiredChecks: [rspec] }
    stages:
      - { name: staging, environment: staging, promote: { kind: workflow, workflow: deploy.yml, inputs: { key: "{key}" } } }
    chat: { progress: "#gitaly_alerts", team: "#g_gitaly" }
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
async function ails(changes: { readonly catalog?: readonly [string, string]; readonly ports?: Partial<DiagnosisPorts>; readonly token?: string; readonly reviewerToken?: string } = {}) {
  const { diagnose } = createDiagnosis({
    catalog: catalogOf(changes.catalog ? sound.replace(...changes.catalog) : sound),
    forge: connectGitHub({ baseUrl: `${world.url}/api/v3`, token: changes.token ?? 'bot-token', reviewerToken: changes.reviewerToken ?? 'reviewer-token' }),
    chat: connectSlack({ token: 'xoxb-slipway', baseUrl: `${world.url}/slack/api/` }),
    artifacts: { list: async () => expect.unreachable('no schemas are released') } as Partial<DiagnosisPorts['artifacts']> as DiagnosisPorts['artifacts'],
    records: { names: async () => [], read: async () => undefined, write: async () => expect.unreachable('a doctor changes nothing') },
    server: { version: async () => '1.29.1', keywords: async () => searchAttributes },
    ...changes.ports,
  });
  const findings = await diagnose({});
  return Object.fromEntries(findings.filter(({ state }) => state !== 'ok').map(({ about, state, what, todo }) => [about, `${state}: ${what}; ${todo}`]));
}

it('finds nothing amiss where all is well, and changes nothing', async () => {
  const before = (await world.journal()).length;
  expect(await ails()).toEqual({});
  expect(await world.journal()).toHaveLength(before);
});

it.each<[string, [string, string], string, RegExp]>([
  ['a repository that is not there', ['canonical: gitlab-org/gitaly', 'canonical: gitlab-org/gitlay'], 'gitaly: gitlab-org/gitlay', /^missing: does not exist, or the token does not see it/],
  ['a workflow that is not there', ['deploy.yml', 'deplyo.yml'], 'gitaly: deplyo.yml of gitlab-org/gitlab', /^missing: does not exist; add .github\/workflows\/deplyo.yml/],
  ['a version file that is not there', ['GITALY_SERVER_VERSION', 'GITALY_VERSION'], 'gitaly: GITALY_VERSION', /^missing: gitlab-org\/gitlab does not have it on master/],
  ['a version file that pins nothing', ['GITALY_SERVER_VERSION', 'README.md'], 'gitaly: README.md', /^missing: it contains "# GitLab"/],
  ['a channel that is not there', ['#g_gitaly', '#g_gitlay'], 'gitaly: #g_gitlay', /^missing: Slack shows no channel #g_gitlay: create it/],
  ['a check that never reports', ['[build]', '[biuld]'], 'gitaly: checks of gitlab-org-security/gitaly', /^warning: biuld has not reported for \w{12}; .*test.* has/],
  ['a check that people can merge without', ['[rspec]', '[rspec, e2e]'], 'gitaly: master of gitlab-org/gitlab', /^warning: asks for rspec, static-analysis, danger-review, but not for e2e/],
])('finds %s', async (_, change, about, finding) => {
  expect(await ails({ catalog: change })).toEqual({ [about]: expect.stringMatching(finding) });
});

it('finds a branch that is not there or not protected', async () => {
  const found = await ails({ catalog: ['repository: gitlab-org/gitlab,', 'repository: gitlab-org/gitaly,'] });
  expect(found).toMatchObject({ 'gitaly: master of gitlab-org/gitaly': expect.stringMatching(/^warning: is not protected/) });
  const lost = await ails({ catalog: ['repository: gitlab-org/gitlab,', 'repository: gitlab-org/gitlab, branch: mian,'] });
  expect(lost).toMatchObject({ 'gitaly: mian of gitlab-org/gitlab': expect.stringMatching(/^missing: GitHub answered 404/) });
});

it('finds tokens that are wrong', async () => {
  expect(await ails({ token: 'nonsense' })).toMatchObject({ "the forge's token": expect.stringMatching(/^missing: GitHub answered 401.*Is the token valid\?/) });
  expect(await ails({ reviewerToken: 'bot-token' })).toEqual({ "the reviewer's token": 'missing: of slipway-bot, who opens the pull requests; nobody may approve their own: take the token of another account' });
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
