import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelsIn, problemLine, readCatalog } from '../../domain/catalog-text.ts';

/** A whole catalog, of which a test changes a line. */
const whole = `version: 1
pace: { poll: 5s }
environments:
  staging: {}
  production: { description: Everybody }
components:
  gitaly:
    code:
      canonical: gitlab-org/gitaly
      mirror: gitlab-org-security/gitaly
      searchDepth: 20
    pin:
      repository: gitlab-org/gitlab
      versionFile: GITALY_SERVER_VERSION
      head: release/gitaly
      title: Update Gitaly version
    stages:
      - name: staging
        environment: staging
        promote: { kind: deployment }
        soak: 90s
      - name: production
        environment: production
        promote: { kind: workflow, workflow: deploy.yml, inputs: { release_key: "{key}" } }
        approval: { approvers: [kim, lee], required: 2 }
    chat: { progress: "#gitaly_alerts", team: "#g_gitaly" }
`;

function changed(from: string | RegExp, to: string): string {
  expect(whole).toMatch(from);
  return whole.replace(from, to);
}

function problems(text: string): string[] {
  const reading = readCatalog(text);
  return reading.kind === 'invalid' ? reading.problems.map((problem) => problemLine('slipway.yaml', problem)) : [];
}

describe('a catalog', () => {
  it('is read with its defaults filled in and durations in milliseconds', () => {
    const reading = readCatalog(whole);
    expect(reading).toMatchObject({
      kind: 'valid',
      catalog: {
        pace: { poll: 5_000, sample: 15_000 },
        components: {
          gitaly: {
            code: { branch: 'master', whenRed: 'hold', searchDepth: 20, requiredChecks: [] },
            pin: { branch: 'master', merge: 'merge', labels: [] },
            stages: [
              { name: 'staging', soak: 90_000, health: [] },
              { name: 'production', approval: { approvers: ['kim', 'lee'], required: 2 } },
            ],
          },
        },
      },
    });
  });

  it.each([
    ['exposure: 10, soak: { percentHours: 10 }', 3_600_000],
    ['exposure: 50, soak: { percentHours: 10 }', 720_000],
    ['exposure: 0.1, soak: { percentHours: 10, max: 2d }', 172_800_000],
    ['exposure: 5, soak: 90s', 90_000],
  ])('soaks a stage the longer, the fewer meet it: %s', (text, soak) => {
    const reading = readCatalog(changed('        soak: 90s', `        ${text.replace(', soak', '\n        soak')}`));
    expect(reading).toMatchObject({ kind: 'valid', catalog: { components: { gitaly: { stages: [{ soak }, {}] } } } });
  });

  it('may repeat itself by anchors', () => {
    const text = changed('promote: { kind: deployment }', 'promote: &deployed { kind: deployment }').replace(/promote: \{ kind: workflow.*/, 'promote: *deployed');
    expect(readCatalog(text)).toMatchObject({ kind: 'valid', catalog: { components: { gitaly: { stages: [{}, { promote: { kind: 'deployment' } }] } } } });
  });

  it('is the one that Slipway itself ships', () => {
    expect(problems(readFileSync('slipway.yaml', 'utf8'))).toEqual([]);
  });
});

describe('a mistake of form', () => {
  it.each<[mistake: string, text: string, line: string]>([
    ['an empty file', '', '1:1: must be a mapping, not nothing'],
    ['a list', '- gitaly', '1:1: must be a mapping, not a list'],
    ['a key twice', changed('  staging: {}', '  staging: {}\n  staging: {}'), '5:3: this key is there already'],
    ['a component that no object can hold', changed('  gitaly:', '  __proto__:'), '7:3: components.__proto__: nothing can be called so'],
    ['two documents', `${whole}---\n${whole}`, '27:1: the catalog is one document: remove the "---"'],
    ['a tab', changed('  staging: {}', '\tstaging: {}'), '4:1: Tabs are not allowed as indentation'],
    ['an open quote', changed('"#g_gitaly"', '"#g_gitaly'), '27:1: Missing closing "quote'],
    ['an unknown tag', changed('soak: 90s', 'soak: !quick 90s'), '21:15: Unresolved tag: !quick'],
    ['an alias of nothing', changed('soak: 90s', 'soak: *long'), '21:15: no anchor &long above this alias'],
  ])('%s is told with its place', (_mistake, text, line) => {
    expect(problems(text)).toContain(`slipway.yaml:${line}`);
  });

  it('in an anchor that contains itself is told, too', () => {
    expect(problems('version: &v [*v]')).toContain('slipway.yaml:1:13: version: must be 1, not a list');
  });
});

describe('a mistake of content', () => {
  const gitaly = 'components.gitaly';
  it.each<[mistake: string, from: string, to: string, line: string]>([
    ['another version', 'version: 1', 'version: 2', '1:10: version: must be 1, not 2'],
    ['a soak by an exposure that is not told', 'soak: 90s', 'soak: { percentHours: 10 }', `18:9: ${gitaly}.stages.0.exposure: is needed for a soak by exposure: how many percent of all use are met here`],
    ['an unknown key', 'pace: { poll: 5s }', 'pace: { pol: 5s }', '2:9: pace.pol: unknown key "pol": did you mean "poll"? Known: poll, patience, sample, attempt, heartbeat, retry'],
    ['a missing key', '      canonical: gitlab-org/gitaly\n', '', `8:5: ${gitaly}.code.canonical: missing: must be text`],
    ['a wrong type', 'searchDepth: 20', 'searchDepth: deep', `11:20: ${gitaly}.code.searchDepth: must be a number, not "deep"`],
    ['a fraction', 'searchDepth: 20', 'searchDepth: 1.5', `11:20: ${gitaly}.code.searchDepth: must be a whole number, not 1.5`],
    ['too small a number', 'searchDepth: 20', 'searchDepth: 0', `11:20: ${gitaly}.code.searchDepth: must be at least 1, not 0`],
    ['too large a number', 'searchDepth: 20', 'searchDepth: 501', `11:20: ${gitaly}.code.searchDepth: must be at most 500, not 501`],
    ['an unknown choice', 'searchDepth: 20', 'whenRed: hlod', `11:16: ${gitaly}.code.whenRed: must be one of hold, lastGreen, not "hlod": did you mean "hold"?`],
    ['an unknown kind', '{ kind: deployment }', '{ kind: deploy }', `20:26: ${gitaly}.stages.0.promote.kind: must be one of workflow, deployment, not "deploy": did you mean "deployment"?`],
    ['no kind', '{ kind: deployment }', '{}', `20:9: ${gitaly}.stages.0.promote.kind: missing: must be one of workflow, deployment`],
    ['a bad duration', '90s', '90 seconds', `21:15: ${gitaly}.stages.0.soak: must be a duration such as "90s", "30m", "2h" or "1d", or "percentHours" with "min" and "max", not "90 seconds"`],
    ['a bare number as duration', '90s', '90', `21:15: ${gitaly}.stages.0.soak: must be a duration such as "90s", "30m", "2h" or "1d", or "percentHours" with "min" and "max", not 90`],
    ['polling without a pause', 'poll: 5s', 'poll: 0s', '2:15: pace.poll: must be longer than nothing'],
    ['a bad name', '  staging: {}', '  Staging: {}', '4:3: environments.Staging: the name must be lower-case letters, digits and dashes, starting with a letter'],
    ['a bad repository', 'gitlab-org/gitaly', 'gitaly', `9:18: ${gitaly}.code.canonical: must be "owner/name", not "gitaly"`],
    ['a path that leaves the repository', 'GITALY_SERVER_VERSION', '../secrets', `14:20: ${gitaly}.pin.versionFile: must be a relative path inside the repository, not "../secrets"`],
    ['a branch that is an option', 'release/gitaly', '--force', `15:13: ${gitaly}.pin.head: must be a plain branch name, not "--force"`],
    ['a channel without #', '"#g_gitaly"', 'g_gitaly', `26:47: ${gitaly}.chat.team: must be a channel such as "#g_gitaly", or its id, not "g_gitaly"`],
    ['a login with a space', '[kim, lee]', '[kim lee, lee]', `25:33: ${gitaly}.stages.1.approval.approvers.0: must be a login, or a team such as "gitlab-org/release-managers", not "kim lee"`],
    ['nobody to approve', '[kim, lee], required: 2', '[]', `25:32: ${gitaly}.stages.1.approval.approvers: must not be empty`],
    ['a file as health check', 'soak: 90s', 'health: [{ kind: http, url: "file:///etc" }]', `21:37: ${gitaly}.stages.0.health.0.url: must be an http or https URL, not "file:///etc"`],
    ['a workflow that is no file', 'deploy.yml', 'deploy', `24:46: ${gitaly}.stages.1.promote.workflow: must be a workflow file name such as "deploy.yml", not "deploy"`],
    ['a number as input', '"{key}"', '7', `24:81: ${gitaly}.stages.1.promote.inputs.release_key: must be text, not 7`],
    ['nothing where a mapping belongs', 'chat: { progress: "#gitaly_alerts", team: "#g_gitaly" }', 'chat:', `26:10: ${gitaly}.chat: must be a mapping, not nothing`],
  ])('%s is told with its place, what is allowed and what was given', (_mistake, from, to, line) => {
    expect(problems(changed(from, to))).toEqual([`slipway.yaml:${line}`]);
  });
});

it('says of what was called otherwise once how it is called now', () => {
  const former = whole.replace('    code:', '    source:').replace('    pin:', '    downstream:');
  expect(problems(former)).toEqual(['slipway.yaml:8:5: components.gitaly.source: is called "code" now', 'slipway.yaml:12:5: components.gitaly.downstream: is called "pin" now']);
});

it('takes the canonical repository for the mirror, and one channel for all, where nothing else is said', () => {
  const short = whole.replace('      mirror: gitlab-org-security/gitaly\n', '').replace(', team: "#g_gitaly"', '');
  expect(readCatalog(short)).toMatchObject({ kind: 'valid', catalog: { components: { gitaly: { code: { mirror: 'gitlab-org/gitaly' }, chat: { team: '#gitaly_alerts' } } } } });
});

it.each<[string, RegExp]>([['pin', /    pin:\n( {6}.*\n)+/], ['stages', /    stages:\n( {6}.*\n)+/], ['chat', /    chat:.*\n/]])('needs no %s', (_, rules) => {
  expect(problems(changed(rules, ''))).toEqual([]);
});

describe('a contradiction', () => {
  it.each<[contradiction: string, from: string | RegExp, to: string, line: string]>([
    ['a pin without code', /    code:\n( {6}.*\n)+/, '', '7:3: components.gitaly.code: missing: it says where the commits come from, for "pin" and "stages"'],
    ['nothing that could be released', /    pin:\n( {6}.*\n)+    stages:\n( {6}.*\n)+/, '', '8:5: components.gitaly: nothing can be released of it: it needs "code" with "stages", a "pin" or "versions", or else "schemas" or "promotion"'],
    ['an unknown environment', 'environment: production', 'environment: prod', '23:22: components.gitaly.stages.1.environment: unknown environment "prod": did you mean "production"? Known: staging, production'],
    ['an environment that only looks known', 'environment: production', 'environment: constructor', '23:22: components.gitaly.stages.1.environment: unknown environment "constructor". Known: staging, production'],
    ['a stage twice', 'name: production', 'name: staging', '22:15: components.gitaly.stages.1.name: stage "staging" appears twice'],
    ['more approvals than people', '[kim, lee]', '[kim, Kim]', "25:54: components.gitaly.stages.1.approval.required: 2 approvals can't come from 1 person"],
    ['an unknown placeholder', '"{key}"', '"{key} {shaa}"', '24:81: components.gitaly.stages.1.promote.inputs.release_key: unknown placeholder "shaa": did you mean "sha"? Known: component, candidate, sha, version, stage, environment, key, fence, attempt, exposure'],
    ['a run that could not be found again', '"{key}"', '"{sha}"', '24:66: components.gitaly.stages.1.promote.inputs: one input must carry {key}, by which a lost run is found again'],
  ])('%s is told', (_contradiction, from, to, line) => {
    expect(problems(changed(from, to))).toEqual([`slipway.yaml:${line}`]);
  });

  it('of two components that would write the same branch is told at the second', () => {
    const component = whole.slice(whole.indexOf('  gitaly:\n'));
    const twice = whole + component.replace('gitaly:', 'gitaly-too:');
    expect(problems(twice)).toEqual([
      'slipway.yaml:34:20: components.gitaly-too.pin.versionFile: pins "gitaly" already',
      'slipway.yaml:35:13: components.gitaly-too.pin.head: "release/gitaly" is the branch of "gitaly" already',
    ]);
  });
});

it('tells every mistake in the order of the text', () => {
  const text = changed('poll: 5s', 'pol: 5s').replace('searchDepth: 20', 'searchDepth: 0').replace('90s', 'long');
  expect(problems(text).map((line) => line.split(':')[1])).toEqual(['2', '11', '21']);
});

it('says within moments that nobody knows any of 20,000 keys', () => {
  const many = Array.from({ length: 20_000 }, (_, n) => `key${n}: 1`).join('\n');
  const started = performance.now();
  const told = problems(`${whole}${many}\n`);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(told.at(-1)).toContain('unknown key "key9"');
});

describe('branches that can not be there beside one another', () => {
  const head = (branch: string, more = '') => changed('head: release/gitaly', `head: ${branch}${more}`);
  const inside = "Git keeps no branch inside of another one";
  it.each([
    ['its base', head('master'), '"master" is the base branch of "gitaly" already'],
    ['a folder that is its base', head('master/gitaly'), `"master/gitaly" can't be there beside "master", the base branch of "gitaly": ${inside}`],
    ['the branch that takes its pin back', head('release/gitaly', '\n      branch: release/gitaly-back'), '"release/gitaly-back" is the base branch of "gitaly" already'],
    ['a folder above its base', head('stable', '\n      branch: stable/12-9'), `"stable" can't be there beside "stable/12-9", the base branch of "gitaly": ${inside}`],
  ])('are refused: %s', (_, text, message) => {
    expect(problems(text)).toEqual([expect.stringContaining(`components.gitaly.pin.head: ${message}`)]);
  });

  it('are refused of two components, of which one has many branches in that folder', () => {
    const migrator = (more: string) => `${whole}  migrator:\n    schemas: { repository: GitLab-org/gitlab, bucket: schemas${more} }\n`;
    expect(problems(migrator('').replace('head: release/gitaly', 'head: schemas'))).toEqual([expect.stringContaining(`"schemas/{version}" can't be there beside "schemas", the branch of "gitaly": ${inside}`)]);
    expect(problems(migrator(', head: "release/{version}"'))).toEqual([]);
    expect(problems(migrator(', branch: release'))).toEqual([expect.stringContaining(`components.gitaly.pin.head: "release/gitaly" can't be there beside "release", the base branch of "migrator"`)]);
  });
});

it('refuses what a forge would refuse: a label that is too long, also that of a stage, and a title of several lines', () => {
  const long = 'x'.repeat(51);
  expect(problems(changed('      title: Update Gitaly version', `      title: "Update\\nGitaly"\n      labels: [${long}]`))).toEqual([expect.stringMatching(/pin.title: must be one line/), expect.stringMatching(/pin.labels.0: must not be longer than 50/)]);
  expect(problems(changed('- name: staging', `- name: ${'s'.repeat(41)}`))).toEqual([expect.stringContaining('stages.0.name: must not be longer than 40')]);
});

describe('where people follow a component', () => {
  const broken = 'version: 1\nenvironments: {}\ncomponents:\n  gitaly:\n    stages: 7\n    chat: { progress: "#gitaly", team: "#g_gitaly" }\n  monitor:\n    promotion: { chat: { progress: "#monitor" } }\n  constructor: 7\n';
  it.each([
    ['gitaly', { progress: '#gitaly', team: '#g_gitaly' }],
    ['monitor', { progress: '#monitor', team: '#monitor' }],
    ['constructor', undefined],
    ['toString', undefined],
    ['unknown', undefined],
  ])('is known of a catalog with mistakes: %s', (component, channels) => {
    expect(readCatalog(broken).kind).toBe('invalid');
    expect(channelsIn(broken, component)).toEqual(channels);
  });

  it('is not known of what is no YAML, nor of channels that are none', () => {
    for (const text of ['', '- 1', '{', 'components: {gitaly: {chat: {progress: 7}}}', 'components: {gitaly: {chat: *nowhere}}', 'components: {gitaly: [chat]}']) expect(channelsIn(text, 'gitaly')).toBeUndefined();
  });
});
