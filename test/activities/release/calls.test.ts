import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { createReports } from '../../../activities/release/reports.ts';
import type { Report } from '../../../activities/release/reports.ts';
import type { NewMessage } from '../../../ports/chat/chat.ts';
import type { Ports } from '../../../ports/ports.ts';
import { shaOf } from '../../shas.ts';

const [candidate, runs, product] = [shaOf('c'), shaOf('a'), shaOf('b')];
const approval: Report = {
  thread: 'release/gitaly/from-a#7',
  channel: '#gitaly',
  subject: 'gitaly cccccccccccc',
  transition: 'production-approval',
  line: 'production waits for approval',
  announcement: {
    channel: '#g_gitaly',
    key: 'release/gitaly/from-a#7/production-approval/team',
    text: 'gitaly: production waits for approval',
    call: {
      release: 'release/gitaly/from-a',
      whom: ['alice', 'org/managers', 'bob'],
      links: ['https://forge/org/product/pull/7', 'staging: https://forge/runs/1'],
      ways: ['slipway approve release/gitaly/from-a --stage production --by <you>'],
      range: { environment: 'production', component: 'gitaly', candidate, source: 'org/gitaly', deployedFrom: 'org/product' },
    },
  },
};

it('calls whoever is wanted by a message of its own, which says what comes, where to click, and what to type', async () => {
  const { posted, report } = world();
  await report(approval);
  expect(posted.map(({ channel, thread }) => [channel, thread])).toEqual([['#gitaly', undefined], ['#g_gitaly', undefined], ['#gitaly', '1']]);
  expect(posted[1]).toMatchObject({ mentions: ['U024BE7LH', 'S0614TZR7'] });
  expect(posted[1]!.text.split('\n')).toEqual([
    'gitaly: production waits for approval',
    'Wanted: alice, org/managers, bob',
    `production runs aaaaaaaaaaaa, and would get 2 commits: https://forge/org/gitaly/compare/${runs}...${candidate}`,
    'Release: https://temporal/release%2Fgitaly%2Ffrom-a',
    'https://forge/org/product/pull/7',
    'staging: https://forge/runs/1',
    'What to type:',
    '  slipway approve release/gitaly/from-a --stage production --by <you>',
  ]);
  await report(approval);
  expect(posted).toHaveLength(3);
});

it('tells of what ran there when people were asked, however late the message comes', async () => {
  const [announcement, call] = [approval.announcement!, approval.announcement!.call!];
  const askedWhen = (since: Sha | 'nothing'): typeof approval => ({ ...approval, announcement: { ...announcement, call: { ...call, range: { ...call.range!, since } } } });
  const early = world({ record: undefined });
  await early.report(askedWhen(runs));
  expect(early.posted[1]!.text).toContain('production runs aaaaaaaaaaaa, and would get 2 commits');
  const late = world({ pinned: candidate });
  await late.report(askedWhen('nothing'));
  expect(late.posted[1]!.text).toContain('Nothing is known to run in production');
});

it.each([
  ['nothing is known to run there', { record: undefined }, 'Nothing is known to run in production'],
  ['it runs there already', { pinned: candidate }, 'production runs cccccccccccc already'],
  ['nobody can tell', { record: new Error('away') }, "What production runs now can't be told"],
])('says so when %s', async (_, changes, line) => {
  const { posted, report } = world(changes);
  await report(approval);
  expect(posted[1]!.text.split('\n')[2]).toBe(line);
});

it('notifies those whom a channel stands for where nobody is named', async () => {
  const { posted, announce } = world();
  await announce({ channel: '#g_gitaly', key: 'failed', text: 'gitaly: the deployment failed', call: { release: 'release/gitaly/from-a', whom: [], links: [], ways: [] } });
  expect(posted).toMatchObject([{ mentions: ['S1'], text: 'gitaly: the deployment failed\nRelease: https://temporal/release%2Fgitaly%2Ffrom-a' }]);
});

function world({ pinned = runs, ...changes }: { readonly pinned?: string; readonly record?: object | Error | undefined } = {}) {
  const posted: NewMessage[] = [];
  const record = 'record' in changes ? changes.record : { deployed: { gitaly: { candidate: runs, sha: product, release: 'release/gitaly/before', since: '2026-01-01T00:00:00Z' } } };
  const components = { gitaly: { code: { mirror: 'org/gitaly' }, pin: { repository: 'org/product', versionFile: 'VERSION' }, stages: [] } };
  const { report, announce } = createReports({
    catalog: { read: async () => ({ environments: { production: {} }, components, people: { alice: 'U024BE7LH', 'org/managers': 'S0614TZR7', '#g_gitaly': 'S1' } }) },
    chat: {
      find: async (channel: string, key: string, thread?: string) => {
        const index = posted.findIndex((message) => message.channel === channel && message.key === key && message.thread === thread);
        return index === -1 ? undefined : { id: String(index + 1), text: posted[index]!.text };
      },
      post: async (message: NewMessage) => ({ id: String(posted.push(message)), text: message.text }),
      update: async (_: string, id: string, message: NewMessage) => void Object.assign(posted[Number(id) - 1]!, message),
    },
    environments: {
      record: async () => {
        if (record instanceof Error) throw record;
        return record;
      },
    },
    forge: {
      deployments: { current: async () => undefined },
      commits: { read: async () => `${pinned}\n`, range: async () => ({ total: 2, diverged: false, commits: [{ url: `https://forge/org/gitaly/commit/${candidate}` }, {}] }) },
    },
    pageOf: (id: string) => `https://temporal/${encodeURIComponent(id)}`,
    readLagMs: 0,
  } as unknown as Ports);
  const within = <Given, Answer>(act: (given: Given) => Promise<Answer>) => (given: Given) => new MockActivityEnvironment().run(act, given);
  return { posted, report: within(report), announce: within(announce) };
}
