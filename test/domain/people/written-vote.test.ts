import { describe, expect, it } from 'vitest';
import type { Remark } from '../../../domain/people/written-vote.ts';
import { unfitRemark, writtenVotes } from '../../../domain/people/written-vote.ts';
import { shaOf } from '../../shas.ts';

const stages = ['canary', 'production'];
const candidate = shaOf('c');
const head = shaOf('d');
const standing = { candidate, head, since: '2026-01-02T10:00:00Z', ours: ['slipway-bot'] };
const comment: Remark = { id: 'IC_1', url: 'https://forge/pull/7#issuecomment-1', by: 'alice', isPerson: true, text: '/approve production', at: '2026-01-02T10:00:01Z', isEdited: false };
const review: Remark = { ...comment, at: '2026-01-02T09:00:00Z', review: { verdict: 'approve', sha: head } };
const approval = { verdict: 'approve', stage: 'production' } as const;

describe('a vote is written', () => {
  it.each<[string, ReturnType<typeof writtenVotes>]>([
    ['/approve production', [approval]],
    ['Looks good.\r\n\r\n  /approve production  \r\nThanks!', [approval]],
    ['/approve production cccccccccccc', [{ ...approval, sha: 'cccccccccccc' }]],
    ['/approve production please', [approval]],
    ['/reject production', [{ verdict: 'reject', stage: 'production' }]],
    ['/reject production it leaks memory', [{ verdict: 'reject', stage: 'production', reason: 'it leaks memory' }]],
    ['/approve canary\n/approve production', [{ verdict: 'approve', stage: 'canary' }, approval]],
    ['/approve prodution', [{ verdict: 'approve', stage: 'prodution' }]],
    ['Three backticks, ```, begin code.\n/approve production', [approval]],
    ['Signed:\n/approve production\n---\nAlice', [approval]],
    ['```\ncode\n```\n/approve production', [approval]],
    ['> Ready?\n\n/approve production', [approval]],
    ['/reject production the `cache` leaks', [{ verdict: 'reject', stage: 'production', reason: 'the `cache` leaks' }]],
    ['One.  \n/approve production', [approval]],
    ['/approve production\n===', [approval]],
    ['## /approve production ##', [approval]],
    ['<details>\n\nlog\n\n</details>\n\n/approve production', [approval]],
    ['<del>no</del> yes\n/approve production', [approval]],
    ['A `List<String>` of Map<Foo> <br>\n/approve production', [approval]],
    ['It costs 5 $ and ~10 minutes.\n/approve production', [approval]],
    ['a ~~b~~ c\n/approve production', [approval]],
    ['<p align="center">\n\n/approve production', [approval]],
    ['/approve production\n\n| a | b |\n| - | - |', [approval]],
    ['</s>\n\n/approve production', [approval]],
  ])('%j', (text, votes) => {
    expect(writtenVotes({ text }, stages)).toEqual(votes);
  });

  it.each([
    '',
    'production',
    'I would not /approve production',
    '> /approve production',
    '/approve',
    '/approved production',
    'To approve:\n```\n/approve production\n```',
    '```\n/approve production',
    '<!--\n/approve production\n-->',
    '`/approve production`',
    '~~~\n/approve production\n~~~',
    '````\n```\n/approve production\n```\n````',
    'To approve:\n\n    /approve production',
    '\t/approve production',
    '<pre>\n/approve production\n</pre>',
    '<pre><code>\n\n/approve production\n</code></pre>',
    '> Do you want to\n/approve production',
    '- to go on, write\n/approve production',
    '- /approve production',
    '1. /approve production',
    '`as in\n/approve production\nor so`',
    '\\/approve production',
    '&#47;approve production',
    '**/approve production**',
    '[/approve production](https://forge)',
    '<!-- /approve production -->',
    'hidden <!--\n/approve production\n--> text',
    '> ```\n> x\n> ```\n> /approve production',
    '- a\n  - /approve production',
    '- a\n\n  /approve production',
    '1. a\n   > /approve production',
    '<details>\n<summary>How to</summary>\n\n/approve production\n\n</details>',
    '<blockquote>\n\n/approve production\n\n</blockquote>',
    '<del>\n\n/approve production\n\n</del>',
    'no: <s>as\n/approve production\n</s>',
    'type <code>\n/approve production\n</code>',
    'type <kbd>  \n/approve production</kbd>',
    '<s>never\n\n/approve production',
    '~~no\n/approve production\nnever~~',
    '~no\n/approve production~',
    'what | who\n--- | ---\n/approve production | alice',
    'what\n:-\n/approve production',
    'Text\n| what |\n| --- |\n| x |\n/approve production',
    '[^1]:\n/approve production',
    'Text[^1]\n\n[^1]: note\n/approve production',
    '$$\n/approve production\n$$',
    '<!--\n\n/approve production',
    '<?x\n/approve production\n?>',
    '<textarea>\n/approve production\n</textarea>',
    '[x]: <\n/approve production>',
    '![\n/approve production\n](https://forge/x.png)',
    '\u200b/approve production',
    '/approve\u200b production',
    '/\u0430pprove production',
    '/approve pr\u043eduction',
    '\u202e/approve production',
    '/APPROVE production',
  ])('not by %j', (text) => {
    expect(writtenVotes({ text }, stages)).toEqual([]);
  });

  it('by naming the stage in a review that approves, and in no other', () => {
    const said = (verdict: 'approve' | 'reject' | 'none') => writtenVotes({ text: 'Good to go:\nproduction', review: { verdict, sha: head } }, stages);
    expect(said('approve')).toEqual([approval]);
    expect([...said('reject'), ...said('none')]).toEqual([]);
  });
});

describe('a written vote', () => {
  it('counts in a comment that came after the candidate, and in a review of the head whenever it came', () => {
    expect(unfitRemark(comment, { ...approval, sha: 'ccccccc' }, standing)).toBeUndefined();
    expect(unfitRemark(review, approval, standing)).toBeUndefined();
    expect(unfitRemark({ ...review, review: { verdict: 'reject', sha: head } }, { verdict: 'reject', stage: 'production' }, standing)).toBeUndefined();
  });

  it.each<[string, Partial<Remark>, string]>([
    ['of a bot', { isPerson: false, by: 'ci[bot]' }, '"ci[bot]" is not a person'],
    ['of Slipway itself', { by: 'Slipway-Bot' }, '"Slipway-Bot" is not a person'],
    ['that was edited', { isEdited: true }, 'the vote of alice was edited: it has to be written anew'],
    ['from before the candidate', { at: '2026-01-02T09:59:59Z' }, 'written at 2026-01-02T09:59:59Z, but this release carries cccccccccccc since 2026-01-02T10:00:00Z'],
    ['from the second in which the candidate came', { at: standing.since }, 'it has to be written anew'],
    ['in a review of another head', { review: { verdict: 'approve', sha: shaOf('e') } }, 'the review of alice is of eeeeeeeeeeee, but the pull request is at dddddddddddd'],
    ['in a review of a commit that is gone', { review: { verdict: 'approve' } }, 'but the pull request is at dddddddddddd'],
    ['in a review that asks for changes', { review: { verdict: 'reject', sha: head } }, 'the review of alice says "/approve production", but asks for changes'],
    ['in a review that only comments', { review: { verdict: 'none', sha: head } }, 'but neither approves nor asks for changes'],
  ])('%s does not count', (_, changes, why) => {
    expect(unfitRemark({ ...comment, ...changes }, approval, standing)).toContain(why);
  });

  it('for another commit does not count', () => {
    expect(unfitRemark(comment, { ...approval, sha: 'eeeeeee' }, standing)).toBe(`the vote of alice is for eeeeeee, but this release carries ${candidate}`);
  });
});
