import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountedVote } from '../../../domain/people/approval.ts';
import { involvedIn, refusal, tally } from '../../../domain/people/approval.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { shaOf } from '../../shas.ts';

const candidate = shaOf('c');
const staging: Stage = { name: 'staging', environment: 'staging', promote: { kind: 'deployment' }, health: [] };
const production: Stage = { ...staging, name: 'production', environment: 'production', approval: { approvers: ['alice', 'bob', 'carol'], required: 2 } };
const ballot = { release: 'release/gitaly/from-aaaaaaaaaaaa', candidate, isAmended: false, stages: [staging, production], spent: new Set<string>(), decided: new Set<string>(), involved: new Map<string, string>() };

describe('a vote counts', () => {
  it('when an approver casts it, with or without the SHA of the first candidate', () => {
    expect(refusal({ stage: 'production', by: 'alice' }, ballot)).toBeUndefined();
    expect(refusal({ stage: 'production', by: 'alice', sha: candidate }, ballot)).toBeUndefined();
  });

  it('only for the candidate that the release carries', () => {
    expect(refusal({ stage: 'production', by: 'alice', sha: shaOf('d') }, ballot)).toMatch(/but this release carries c{40}/);
  });

  it('only with the SHA once the release was amended, or with a token, which names it', () => {
    const amended = { ...ballot, isAmended: true };
    expect(refusal({ stage: 'production', by: 'alice' }, amended)).toBe(`this release has carried another commit before: the vote has to say that it is for ${candidate}`);
    expect(refusal({ stage: 'production', by: 'alice', sha: candidate }, amended)).toBeUndefined();
    expect(refusal({ stage: 'production', by: 'alice', token: 'header.claims.signature' }, amended)).toBeUndefined();
  });

  it('only until the stage is decided', () => {
    expect(refusal({ stage: 'production', by: 'alice' }, { ...ballot, decided: new Set(['production']) })).toBe(
      'stage "production" has been decided already. Open for votes: none',
    );
  });

  it('only for a stage that exists, and the refusal names those that wait', () => {
    expect(refusal({ stage: 'prodution', by: 'alice' }, ballot)).toBe(
      'unknown stage "prodution": did you mean "production"? Known: staging, production. Open for votes: production',
    );
  });
});

describe('where votes have to be verified', () => {
  const verified = { ...production, approval: { ...production.approval!, approvers: ['alice', 'org/release-managers'], assurance: 'verified' as const } };
  const wary = { ...ballot, stages: [staging, verified] };
  const token = 'header.claims.signature';
  const proof = { kind: 'token', jti: 'jti-12345', kid: 'broker' } as const;

  it('a claim is refused with both ways to vote so that it counts', () => {
    const why = refusal({ stage: 'production', by: 'alice' }, { ...wary, pullRequest: 'https://forge/org/product/pull/7' });
    expect(why).toContain('comment "/approve production" or "/reject production <reason>" on https://forge/org/product/pull/7');
    expect(why).toContain('slipway approve release/gitaly/from-aaaaaaaaaaaa --stage production --by alice --token <token>');
    expect(refusal({ stage: 'production', by: 'alice' }, wary)).toContain('on its pull request, or');
  });

  it('a vote counts with a proof, in whatever letters the voter writes the login', () => {
    expect(refusal({ stage: 'production', by: 'Alice', proof }, wary)).toBeUndefined();
  });

  it('a token is let through to be looked at, also of somebody who may be in a team', () => {
    expect(refusal({ stage: 'production', by: 'alice', token }, wary)).toBeUndefined();
    expect(refusal({ stage: 'production', by: 'tess', token }, wary)).toBeUndefined();
    expect(refusal({ stage: 'production', by: 'tess' }, wary)).toBe('"tess" may not decide on stage "production". Its approvers: alice, org/release-managers');
    expect(refusal({ stage: 'production', by: 'tess', token }, { ...ballot, stages: [staging, production] })).toMatch(/"tess" may not decide/);
  });

  it('a token votes once', () => {
    expect(refusal({ stage: 'production', by: 'alice', proof }, { ...wary, spent: new Set(['jti-12345']) })).toBe('the token jti-12345 has voted already');
  });

  it('duties stay separate, and the candidate is the one that was voted for', () => {
    const involved = new Map([['alice', 'started the release']]);
    expect(refusal({ stage: 'production', by: 'Alice', proof }, { ...wary, involved })).toMatch(/"Alice" started the release/);
    expect(refusal({ stage: 'production', by: 'alice', proof, sha: shaOf('d') }, wary)).toMatch(/but this release carries c{40}/);
  });
});

describe('separation of duties', () => {
  const separate = (separation: ('starter' | 'author')[]) => ({ ...production, approval: { ...production.approval!, separation } });
  const people = { starter: 'Alice', authors: ['bob', 'Carol Danvers'] };

  it('keeps out whom the catalog names, whatever the case of their login', () => {
    expect([...involvedIn(separate(['starter']), people).keys()]).toEqual(['alice']);
    expect([...involvedIn(separate(['author']), people).keys()]).toEqual(['bob', 'carol danvers']);
    expect(involvedIn(production, people).size).toBe(0);
  });

  it('tells why a vote does not count', () => {
    const involved = involvedIn(separate(['starter', 'author']), people);
    expect(refusal({ stage: 'production', by: 'alice' }, { ...ballot, involved })).toBe('"alice" started the release, and may not decide on stage "production"');
    expect(refusal({ stage: 'production', by: 'bob' }, { ...ballot, involved })).toBe('"bob" wrote a commit of it, and may not decide on stage "production"');
    expect(refusal({ stage: 'production', by: 'carol' }, { ...ballot, involved })).toBeUndefined();
  });
});

describe('the tally', () => {
  it('counts a person once', () => {
    expect(tally(production, [approval('alice'), approval('alice')])).toEqual({ kind: 'open', missing: 1 });
    expect(tally(production, [approval('alice'), approval('bob')])).toEqual({ kind: 'approved', by: ['alice', 'bob'] });
  });

  it('counts a person once in whatever letters', () => {
    expect(tally(production, [approval('alice'), approval('Alice')])).toEqual({ kind: 'open', missing: 1 });
  });

  it('is decided by one rejection, however many approvals there are', () => {
    const votes = [approval('alice'), { ...approval('carol'), verdict: 'reject', reason: 'incident' } as const, approval('bob')];
    expect(tally(production, votes)).toEqual({ kind: 'rejected', by: 'carol', reason: 'incident' });
  });

  it('ignores votes for other stages', () => {
    expect(tally(production, [{ ...approval('alice'), stage: 'canary' }])).toEqual({ kind: 'open', missing: 2 });
  });

  it('lets a stage without approval pass', () => {
    expect(tally(staging, [])).toEqual({ kind: 'approved', by: [] });
  });

  it('never depends on the order in which different people voted', () => {
    const person = fc.record({ by: fc.constantFrom('alice', 'bob', 'carol'), verdict: fc.constantFrom('approve' as const, 'reject' as const) });
    fc.assert(
      fc.property(fc.uniqueArray(person, { selector: ({ by }) => by }), (people) => {
        const votes = people.map((vote) => ({ ...vote, stage: 'production' }));
        expect(tally(production, votes.toReversed()).kind).toBe(tally(production, votes).kind);
      }),
    );
  });
});

function approval(by: string): CountedVote {
  return { stage: 'production', by, verdict: 'approve' };
}
