import { describe, expect, it } from 'vitest';
import { marker } from '../../domain/code/marker.ts';
import { catalogSchema } from '../../domain/catalog.ts';
import { concernsOf } from '../../worker/webhooks/concern.ts';
import { readNews } from '../../worker/webhooks/news.ts';
import { catalog } from './receiver-world.ts';
import { githubEvents as github } from './github-events.ts';
import { shaOf } from '../shas.ts';

const { canonical, mirror } = catalog.components.gitaly!.code!;
const { repository: product } = catalog.components.gitaly!.pin!;
const id = 'release/gitaly/from-aaaaaaaaaaaa';
const ours = [{ kind: 'release', id }];
const every = [{ kind: 'component', name: 'gitaly', of: 'release' }];
const rollouts = [{ kind: 'component', name: 'gitaly', of: 'rollout' }];
const schemas = [{ kind: 'release', id: 'schemas/migrator/v5.3.4444' }];

describe('a release hears of', () => {
  it.each<[string, string, object, object]>([
    ['a push to the mirror', 'push', github.push(mirror, 'master'), every],
    ['a push to the canonical repository', 'push', github.push(canonical, 'master'), every],
    ['checks of the mirror', 'check_suite', github.suite(mirror, 'master'), every],
    ['checks of its pull request', 'check_suite', github.suite(product, 'release/gitaly'), every],
    ['a status of its pull request', 'status', github.status(product, 'release/gitaly', 'failure'), every],
    ['its pull request, whoever opened it', 'pull_request', github.pullRequest(product, 'release/gitaly'), every],
    ['its pull request, by the marker', 'pull_request', github.pullRequest(product, 'release/gitaly', `text\n${marker(id)}`), ours],
    ['its removal from the merge queue', 'pull_request', { ...github.pullRequest(product, 'release/gitaly'), action: 'dequeued' }, every],
    ['a review', 'pull_request_review', github.review(product, 'release/gitaly', marker(id)), ours],
    ['its run, by the key in its name', 'workflow_run', github.run(product, `Deploy ${id}/staging`), ours],
    ['its deployment, by its task', 'deployment_status', github.deployment(product, `${id}/canary`), ours],
    ['a vote on its pull request', 'issue_comment', github.comment(product, marker(id), 'Good.\n/approve production'), ours],
    ['a repository in other letters', 'push', github.push(mirror.toUpperCase(), 'master'), every],
  ])('%s', (_, event, payload, concerns) => {
    expect(concerned(event, payload)).toEqual(concerns);
  });
});

it('a tag of the product has it looked whether it asks for a version, and a tag that is taken off has not', () => {
  const tagged = { ...github.push(product, 'master'), ref: 'refs/tags/v12.9.0-ee', before: shaOf('0') };
  expect(concerned('push', tagged)).toEqual([{ kind: 'schedule', id: 'product/gitaly' }]);
  expect(concerned('push', { ...tagged, after: shaOf('0') })).toEqual([]);
});

describe('a rollout hears of', () => {
  it('whatever is deployed to its environment', () => {
    expect(concerned('deployment_status', github.deployment(product, 'deploy', 'success', 'production'))).toEqual(rollouts);
    expect(concerned('deployment_status', github.deployment(product, `${id}/production`, 'success', 'production'))).toEqual([...ours, ...rollouts]);
  });
});

describe('an environment hears of', () => {
  it('what people deploy there by their own means, once for all components', () => {
    const place = [{ kind: 'release', id: 'environment/staging' }];
    expect(concerned('deployment_status', github.deployment(product, 'deploy', 'success', 'staging'))).toEqual(place);
    expect(concerned('deployment_status', github.deployment(product, 'deploy', 'failure', 'staging'))).toEqual([]);
    expect(concerned('deployment_status', github.deployment(product, `${id}/staging`, 'success', 'staging'))).toEqual(ours);
  });
});

describe('a schema release hears of', () => {
  it.each<[string, string, object]>([
    ['its build', 'check_suite', github.suite('org/search', 'schemas/v5.3.4444')],
    ['its pull request', 'pull_request', github.pullRequest('org/search', 'schemas/v5.3.4444')],
    ['a status of its head', 'status', github.status('Org/Search', 'schemas/v5.3.4444', 'failure')],
  ])('%s', (_, event, payload) => {
    expect(concerned(event, payload)).toEqual(schemas);
  });
});

describe('no release hears of', () => {
  it.each<[string, string, object]>([
    ['a repository that the catalog does not name', 'push', github.push('org/other', 'master')],
    ['our key in such a repository', 'workflow_run', github.run('org/other', `${id}/staging`)],
    ['a key of a component that is not in the catalog', 'workflow_run', github.run(product, 'release/prometheus/from-aaaaaaaaaaaa/staging')],
    ['another branch', 'check_suite', github.suite(product, 'master')],
    ['a suite on no branch', 'check_suite', github.suite(product, null)],
    ['a new branch', 'push', { ...github.push(product, 'release/gitaly'), before: shaOf('0') }],
    ['a tag', 'push', { ...github.push(mirror, 'master'), ref: 'refs/tags/master' }],
    ['what is only pending', 'status', github.status(product, 'release/gitaly', 'pending')],
    ['a deployment under way', 'deployment_status', github.deployment(product, `${id}/canary`, 'in_progress')],
    ["somebody else's run", 'workflow_run', github.run(product, 'Nightly')],
    ["somebody else's pull request", 'pull_request', github.pullRequest(product, 'fix')],
    ['a label on its pull request', 'pull_request', { ...github.pullRequest(product, 'release/gitaly'), action: 'labeled' }],
    ['a deployment to another environment', 'deployment_status', github.deployment(product, 'deploy', 'success', 'review')],
    ['a deployment that failed, and is not its own', 'deployment_status', github.deployment(product, 'deploy', 'failure', 'production')],
    ['a comment that is no vote', 'issue_comment', github.comment(product, marker(id), 'When do we /approve production?')],
    ['a vote that was edited into a comment', 'issue_comment', { ...github.comment(product, marker(id), '/approve production'), action: 'edited' }],
    ["a vote on somebody else's pull request", 'issue_comment', github.comment(product, 'Fix it', '/approve production')],
    ['a branch of schemas that is no version', 'check_suite', github.suite('org/search', 'schemas/next')],
    ['an event that is not known', 'star', { ...github.push(mirror, 'master'), action: 'created' }],
    ['a key of the prototype', 'constructor', github.push(mirror, 'master')],
  ])('%s', (_, event, payload) => {
    expect(concerned(event, payload)).toEqual([]);
  });
});

it('takes no payload for another event than it is', () => {
  const payloads = {
    push: github.push(mirror, 'master'),
    check_suite: github.suite(mirror, 'master'),
    status: github.status(mirror, 'master'),
    workflow_run: github.run(product, id),
    deployment_status: github.deployment(product, id),
    pull_request: github.pullRequest(product, 'release/gitaly'),
    pull_request_review: github.review(product, 'release/gitaly'),
    issue_comment: github.comment(product, marker(id), '/approve production'),
  };
  for (const [event, payload] of Object.entries(payloads)) {
    const takenFor = Object.keys(payloads).filter((name) => readNews(name, payload).kind !== 'malformed');
    expect({ event, takenFor }).toEqual({ event, takenFor: [event] });
  }
});

it.each([undefined, null, 'text', [], {}, { repository: null }, { ref: 'refs/heads/master', before: '', after: '' }])('takes %j for no push', (payload) => {
  expect(readNews('push', payload)).toEqual({ kind: 'malformed' });
});

it('says in a line what has happened', () => {
  const reading = readNews('check_suite', github.suite(product, 'release/gitaly'));
  expect(reading).toMatchObject({ kind: 'news', news: { what: `check_suite on ${product} release/gitaly` } });
});

function concerned(event: string, payload: object) {
  const reading = readNews(event, payload);
  if (reading.kind === 'malformed') throw new Error(`no ${event}: ${JSON.stringify(payload)}`);
  return reading.kind === 'nothing' ? [] : concernsOf(reading.news, catalog);
}

it('has those looked again who bring something to production, by news of their branch and of reverts', () => {
  const promoted = catalogSchema.parse({ version: 1, environments: {}, components: { monitor: { promotion: { repository: 'org/monitor', chat: { progress: '#monitor' } } } } });
  const whom = (branch: string, repository = 'org/monitor') => {
    const reading = readNews('check_suite', github.suite(repository, branch));
    return reading.kind === 'news' ? concernsOf(reading.news, promoted).map((concern) => (concern.kind === 'component' ? concern.of : concern.id)) : [];
  };
  expect(whom('main')).toEqual(['preRelease', 'stage', 'production', 'fix', 'hotfix']);
  expect(whom('revert-12-logo')).toEqual(whom('main'));
  const page = readNews('release', { action: 'edited', release: { tag_name: '2024.09.02' }, repository: { full_name: 'org/monitor' } });
  expect(page.kind === 'news' && concernsOf(page.news, promoted)).toEqual([{ kind: 'component', name: 'monitor', of: 'preRelease' }, { kind: 'component', name: 'monitor', of: 'production' }]);
  expect(readNews('release', { action: 'deleted', release: { tag_name: '2024.09.02' }, repository: { full_name: 'org/monitor' } })).toEqual({ kind: 'nothing' });
  expect(whom('logo')).toEqual([]);
  expect(whom('main', 'org/other')).toEqual([]);
});
