import { expect, it } from 'vitest';
import { neverRetry } from '../../../ports/failures.ts';
import type { Access } from '../../../ports/forge/access.ts';
import type { Discussions } from '../../../ports/forge/discussions.ts';
import type { PullRequest } from '../../../ports/forge/pull-requests.ts';
import { createWrittenVotes } from '../../../activities/people/written-votes.ts';
import type { VoteSearch } from '../../../activities/people/written-votes.ts';
import type { Remark } from '../../../domain/people/written-vote.ts';
import { shaOf } from '../../shas.ts';

const head = shaOf('d');
const search: VoteSearch = {
  repository: 'org/product',
  number: 7,
  stage: 'production',
  stages: ['canary', 'production'],
  approvers: ['alice', 'org/managers'],
  candidate: shaOf('c'),
  since: '2026-01-02T10:00:00Z',
};

function comment(n: number, by: string, text = '/approve production'): Remark {
  return { id: `IC_${n}`, url: `https://forge/pull/7#issuecomment-${n}`, by, isPerson: true, text, at: '2026-01-02T11:00:00Z', isEdited: false };
}

/** A pull request with these remarks; `tess` is in the team. */
function forge(remarks: readonly Remark[], isMember: Access['isMember'] = async (_, login) => login === 'tess') {
  const asked: string[] = [];
  const { findVotes } = createWrittenVotes({
    forge: {
      discussions: { remarks: async () => remarks, isEdited: async (id) => id === 'PRR_edited' } as Partial<Discussions> as Discussions,
      pullRequests: { get: async () => ({ head }) as PullRequest } as never,
      access: { identity: async () => ({ login: 'slipway-bot' }), isMember: async (team, login) => (asked.push(`${login} in ${team}`), isMember(team, login)) } as Partial<Access> as Access,
    },
  });
  return { findVotes, asked };
}

it('finds the votes of named people, and of the members of a team', async () => {
  const { findVotes, asked } = forge([comment(1, 'Alice'), comment(2, 'tess', '/reject production it leaks'), comment(3, 'alice', '/approve canary'), comment(4, 'alice', 'Hello.')]);
  expect(await findVotes(search)).toEqual([
    { id: 'IC_1/0', url: 'https://forge/pull/7#issuecomment-1', verdict: 'approve', by: 'Alice' },
    { id: 'IC_2/0', url: 'https://forge/pull/7#issuecomment-2', verdict: 'reject', by: 'tess', reason: 'it leaks', sha: search.candidate },
  ]);
  expect(asked).toEqual(['tess in org/managers']);
});

it('tells which votes are for the candidate alone', async () => {
  const { findVotes } = forge([
    comment(1, 'alice'),
    comment(2, 'alice', '/approve production ccccccc'),
    { ...comment(3, 'alice', 'production'), review: { verdict: 'approve', sha: head } },
  ]);
  expect((await findVotes(search)).map(({ sha }) => sha)).toEqual([undefined, search.candidate, search.candidate]);
});

it('answers the first look at once, and from then on only what is new', async () => {
  const { findVotes } = forge([comment(1, 'alice')]);
  expect(await forge([]).findVotes(search)).toEqual([]);
  await expect(findVotes({ ...search, known: ['IC_1/0'] })).rejects.toMatchObject({ type: 'NotYet' });
  expect(await findVotes({ ...search, known: [] })).toHaveLength(1);
});

it('asks whether a review was edited only when there is a vote in it', async () => {
  const review = (id: string, text: string): Remark => {
    const { isEdited: _, ...rest } = comment(1, 'alice', text);
    return { ...rest, id, review: { verdict: 'approve', sha: head } };
  };
  expect(await forge([review('PRR_1', 'production'), review('PRR_edited', 'Fine.')]).findVotes(search)).toMatchObject([{ id: 'PRR_1/0' }]);
  expect(await forge([review('PRR_edited', 'production')]).findVotes(search)).toMatchObject([{ why: 'the vote of alice was edited: it has to be written anew' }]);
});

it('passes strangers over once there have been many, asks for each of them once, and misses nobody who may vote', async () => {
  const remarks = Array.from({ length: 200 }, (_, n) => comment(n, n % 2 === 0 ? 'mallory' : 'eve'));
  const flooded = forge(remarks);
  const found = await flooded.findVotes(search);
  expect(found).toHaveLength(30);
  expect(flooded.asked).toEqual(['mallory in org/managers', 'eve in org/managers']);
  const known = found.map(({ id }) => id);
  await expect(flooded.findVotes({ ...search, known })).rejects.toMatchObject({ type: 'NotYet' });
  expect(await forge([...remarks, comment(200, 'tess')]).findVotes({ ...search, known })).toMatchObject([{ by: 'tess' }]);
});

it('says that a team can not be read, and lets named people vote', async () => {
  const denied = async () => {
    throw neverRetry('PermissionDenied', 'the token lacks members=read');
  };
  expect(await forge([comment(1, 'tess'), comment(2, 'alice')], denied).findVotes(search)).toMatchObject([
    { by: 'tess', why: 'whether "tess" is in org/managers can\'t be known: the token lacks members=read' },
    { by: 'alice' },
  ]);
});
