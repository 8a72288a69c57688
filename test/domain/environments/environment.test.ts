import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../domain/environments/claim.ts';
import type { EnvironmentRecord, Notice } from '../../../domain/environments/environment.ts';
import { abandoned, claimed, followed, frozen, frozenBy, inherited, landed, left, newEnvironment, nextChange, served, shortens, sighted, thawed, unfollowed, unheard } from '../../../domain/environments/environment.ts';
import { namedSha } from '../../shas.ts';

const now = '2026-01-01T00:00:00Z';
const later = '2026-01-01T01:00:00Z';
const empty = newEnvironment('production');

/** A release's claim; candidates of a component are numbered in their order. */
function claim(component: string, number: number, purpose: Claim['purpose'] = 'promote'): Claim {
  const release = `release/${component}/${number}`;
  return {
    key: `${release}/production${purpose === 'rollback' ? '/rollback' : ''}`,
    environment: 'production',
    release,
    component,
    candidate: namedSha(`${component}-${number}`),
    sha: namedSha(`sha-${number}`),
    purpose,
    deployment: { repository: 'org/product', mechanism: { kind: 'deployment' } },
    pace: { poll: 1, patience: 1, sample: 1, attempt: 1, heartbeat: 1, retry: 1 },
  };
}

/** Claims as the activity does: it compares with what it is told to, and asks again. */
function take(record: EnvironmentRecord, wish: Claim) {
  const first = claimed(record, wish, { after: [], now });
  if (first.answer.kind !== 'compare') return first;
  const older = first.answer.with.filter((other) => numberOf(other) < numberOf(wish.candidate));
  return older.length === first.answer.with.length ? claimed(record, wish, { after: older, now }) : first;
}

function numberOf(candidate: string): number {
  return Number(candidate.split('-')[1]);
}

function leave(record: EnvironmentRecord, { key, component, candidate, sha, release }: Claim, deployed = true) {
  return left(record, { environment: 'production', key, component, ...(deployed && { runs: { candidate, sha, release, since: now } }) }, now);
}

describe('an environment', () => {
  it('is granted to whoever comes first, and then in the order in which they came', () => {
    const a = take(empty, claim('a', 1));
    expect(a.answer).toEqual({ kind: 'granted', fence: 1 });
    const b = take(a.record, claim('b', 1));
    expect(b.answer).toEqual({ kind: 'queued', behind: ['release/a/1'] });
    const c = take(b.record, claim('c', 1));
    expect(c.answer).toMatchObject({ behind: ['release/a/1', 'release/b/1'] });
    const free = leave(c.record, claim('a', 1));
    expect(free.notices).toEqual([{ kind: 'granted', to: 'release/b/1', key: 'release/b/1/production', fence: 2 }]);
    expect(free.record.deployed).toMatchObject({ a: { candidate: 'a-1', release: 'release/a/1' } });
  });

  it('answers the same when it is asked again', () => {
    const a = take(empty, claim('a', 1));
    expect(take(a.record, claim('a', 1))).toEqual({ ...a, notices: [] });
    const b = take(a.record, claim('b', 1));
    expect(take(b.record, claim('b', 1))).toEqual(b);
  });

  it('lets a newer candidate take the place of an older one that still waits, and tells that one', () => {
    const held = take(empty, claim('x', 1)).record;
    const waiting = take(take(held, claim('a', 1)).record, claim('b', 1)).record;
    const newer = take(waiting, claim('a', 2));
    expect(newer.record.queue.map(({ claim: { release } }) => release)).toEqual(['release/a/2', 'release/b/1']);
    expect(newer.notices).toEqual([{ kind: 'superseded', to: 'release/a/1', key: 'release/a/1/production', by: 'release/a/2' }]);
  });

  it('takes no candidate of which it is not known that it is newer than what runs, or waits', () => {
    const deployed = leave(take(empty, claim('a', 2)).record, claim('a', 2)).record;
    expect(claimed(deployed, claim('a', 1), { after: [], now })).toEqual({ record: deployed, notices: [], answer: { kind: 'compare', with: ['a-2'] } });
    expect(take(deployed, claim('a', 1)).answer).toEqual({ kind: 'compare', with: ['a-2'] });
    expect(take(deployed, claim('a', 3)).answer).toMatchObject({ kind: 'granted', previous: { candidate: 'a-2' } });
  });

  it('lets a release roll back where it is what runs, before all others', () => {
    const ours = leave(take(empty, claim('a', 2)).record, claim('a', 2)).record;
    const busy = take(take(ours, claim('x', 1)).record, claim('y', 1)).record;
    const back = claimed(busy, { ...claim('a', 2, 'rollback'), candidate: namedSha('a-1') }, { after: [], now });
    expect(back.record.queue.map(({ claim: { release } }) => release)).toEqual(['release/a/2', 'release/y/1']);
    expect(claimed(ours, claim('a', 1, 'rollback'), { after: [], now }).answer).toEqual({ kind: 'refused', why: 'production runs release/a/2 by now' });
  });

  it('tells whoever follows it of each deployment, and of nothing else', () => {
    const watched = followed(followed(empty, 'flag/a/x'), 'flag/a/x');
    const held = take(watched, claim('a', 1));
    expect(held.notices).toEqual([]);
    expect(leave(held.record, claim('a', 1), false).notices).toEqual([]);
    const deployed = leave(held.record, claim('a', 1));
    expect(deployed.notices).toEqual([{ kind: 'news', to: 'flag/a/x', about: 'production runs a a-1' }]);
    expect(unfollowed(deployed.record, 'flag/a/x').followers).toEqual([]);
    expect(unheard(deployed.record, deployed.notices[0]!, now).record.followers).toEqual([]);
  });

  it('knows what has landed while its holder still watches that, and says so once', () => {
    const held = take(followed(empty, 'flag/a/x'), claim('a', 1)).record;
    const { key, component, candidate, sha, release } = claim('a', 1);
    const landing = { environment: 'production', fence: 1, key, component, runs: { candidate, sha, release } };
    const seen = landed(held, landing, now);
    expect(seen.record).toMatchObject({ lease: { fence: 1 }, deployed: { a: { candidate: 'a-1', since: now } } });
    expect(seen.notices).toHaveLength(1);
    expect(landed(seen.record, landing, later)).toEqual({ record: seen.record, notices: [] });
    const gone = leave(seen.record, claim('a', 1));
    expect(gone.record.deployed.a?.since).toBe(now);
    expect(gone.notices).toEqual([]);
    expect(landed(gone.record, landing, later)).toEqual({ record: gone.record, notices: [] });
    const again = take(gone.record, claim('a', 2)).record;
    expect(landed(again, landing, later)).toEqual({ record: again, notices: [] });
  });

  it('knows what came along with a commit: since when a candidate runs there stays, the commit that brings it is the new one', () => {
    const before = leave(take(empty, claim('b', 1)).record, claim('b', 1)).record;
    const held = take(before, claim('a', 1)).record;
    const { key, component, candidate, release } = claim('a', 1);
    const landing = { environment: 'production', fence: 2, key, component, runs: { candidate, sha: namedSha('the-new-one'), release } };
    const { b } = landed(held, { ...landing, others: { b: namedSha('b-1'), c: namedSha('c-1') } }, later).record.deployed;
    expect(b).toEqual({ ...before.deployed.b, sha: 'the-new-one' });
    expect(landed(held, { ...landing, others: { b: namedSha('b-2'), c: namedSha('c-1') } }, later).record.deployed).toMatchObject({
      b: { candidate: 'b-2', sha: 'the-new-one', release, since: later },
      c: { candidate: 'c-1', sha: 'the-new-one', release, since: later },
    });
  });

  it('finds out what a holder has left that is gone', () => {
    const before = leave(take(empty, claim('a', 1)).record, claim('a', 1)).record;
    const { record: held } = take(before, claim('a', 2));
    const { key, component, candidate, sha, release } = claim('a', 2);
    const { record } = landed(held, { environment: 'production', fence: 2, key, component, runs: { candidate, sha, release } }, now);
    const runs = (last: Parameters<typeof abandoned>[2], known = record) => abandoned(known, known.lease!, last, later).record.deployed.a;
    expect(runs('succeeded')).toMatchObject({ candidate: 'a-2', since: now });
    expect(runs('succeeded', held)).toMatchObject({ candidate: 'a-2', since: later });
    expect(runs('failed')).toMatchObject({ candidate: 'a-2' });
    expect(runs('rolledBack')).toEqual(before.deployed.a);
    expect(abandoned(record, { ...record.lease!, fence: 1 }, 'none', later).record).toBe(record);
    expect(take(record, claim('a', 2)).answer).toEqual({ kind: 'granted', fence: 2, previous: before.deployed.a });
  });

  it('does not take what a release that was aborted left behind for deployed', () => {
    expect(leave(take(empty, claim('a', 1)).record, claim('a', 1), false).record.deployed).toEqual({});
  });
});

describe('an environment that several want', () => {
  it('goes to rollbacks in the order in which they came, and then to the rest', () => {
    const runs = (component: string, number: number) => ({ candidate: namedSha(`${component}-${number}`), sha: namedSha('s'), release: `release/${component}/${number}`, since: now });
    const busy = take(take({ ...empty, deployed: { a: runs('a', 1), b: runs('b', 1) } }, claim('x', 1)).record, claim('y', 1)).record;
    const one = claimed(busy, claim('a', 1, 'rollback'), { after: [], now });
    const other = claimed(one.record, claim('b', 1, 'rollback'), { after: [], now });
    expect(other.record.queue.map(({ claim: { release } }) => release)).toEqual(['release/a/1', 'release/b/1', 'release/y/1']);
    expect(other.answer).toEqual({ kind: 'queued', behind: ['release/x/1', 'release/a/1'] });
  });

  it('is not kept by whoever can not be told that he has it', () => {
    const held = take(take(empty, claim('a', 1)).record, claim('b', 1)).record;
    const granted = leave(held, claim('a', 1));
    const next = unheard(granted.record, granted.notices[0]!, later);
    expect(next.record.lease).toBeUndefined();
    expect(next.record.deployed).toEqual(granted.record.deployed);
    expect(unheard(held, { kind: 'superseded', to: 'release/b/1', key: 'release/b/1/production', by: 'release/b/2' }, later)).toEqual({ record: held, notices: [] });
    expect(unheard(held, { kind: 'granted', to: 'release/b/1', key: 'release/b/1/production', fence: 9 }, later).record).toEqual({ ...held, queue: [] });
  });

  it('keeps what ran there before, where a release is taken back that was alone there', () => {
    const held = take(empty, claim('a', 1)).record;
    expect(abandoned(held, held.lease!, 'rolledBack', later).record.deployed).toEqual({});
    expect(abandoned(held, held.lease!, 'none', later).record).toEqual({ ...empty, fence: 1 });
  });
});

describe('a frozen environment', () => {
  const cold = frozen(empty, { by: 'ops', reason: 'incident', until: '2026-01-02T00:00:00Z' }, now);

  it('is granted to nobody until it thaws', () => {
    const a = take(cold, claim('a', 1));
    expect(a.answer).toEqual({ kind: 'queued', behind: [], frozen: { by: 'ops', reason: 'incident', until: '2026-01-02T00:00:00Z' } });
    expect(thawed(a.record, { by: 'kim' }, now).notices).toMatchObject([{ kind: 'granted', to: 'release/a/1' }]);
    expect(served(a.record, '2026-01-02T00:00:00Z').notices).toMatchObject([{ kind: 'granted', to: 'release/a/1' }]);
  });

  it('is not thawed earlier by a freeze of somebody else, but by whoever has frozen it, and by a thaw', () => {
    const sooner = { by: 'kim', reason: 'fair', until: '2026-01-01T12:00:00Z' };
    expect(shortens(cold, sooner, now)).toBe('ops has frozen it until 2026-01-02T00:00:00Z (incident): thaw it first');
    expect(shortens(frozen(empty, { by: 'ops', reason: 'incident' }, now), sooner, now)).toBe('ops has frozen it until it is thawed (incident): thaw it first');
    expect(shortens(cold, { ...sooner, by: 'ops' }, now)).toBeUndefined();
    expect(shortens(cold, { by: 'kim', reason: 'fair' }, now)).toBeUndefined();
    expect(shortens(cold, { ...sooner, until: '2026-01-02T01:00:00+01:00' }, now)).toBeUndefined();
    expect(shortens(cold, { ...sooner, until: '2026-01-03T12:00:00Z' }, '2026-01-02T12:00:00Z')).toBeUndefined();
    expect(shortens(thawed(cold, { by: 'kim' }, now).record, sooner, now)).toBeUndefined();
  });

  it('stays frozen when its workflow is begun anew, unless somebody has said something else since', () => {
    const ended = followed({ ...cold, fence: 7, refused: [{ message: 'freze', why: 'unknown', at: now }] }, 'flag/a/x');
    expect(inherited(followed(empty, 'flag/a/y'), ended)).toMatchObject({ fence: 7, freeze: { by: 'ops' }, followers: ['flag/a/x', 'flag/a/y'], refused: [{ message: 'freze' }] });
    expect(inherited(frozen(empty, { by: 'kim', reason: 'fair' }, later), ended).freeze).toMatchObject({ by: 'kim' });
  });

  it('knows when its freeze ends, and is told why it is frozen by whoever has frozen it rather than by the calendar', () => {
    const both = { ...cold, windows: [{ from: '2025-12-31T00:00:00Z', to: '2026-01-05T00:00:00Z', reason: 'holidays' }] };
    expect(frozenBy(both, now)).toMatchObject({ by: 'ops', reason: 'incident' });
    expect(nextChange(both, now)).toBe(Date.parse('2026-01-02T00:00:00Z'));
    expect(frozenBy(both, '2026-01-02T00:00:00Z')).toEqual({ reason: 'holidays', until: '2026-01-05T00:00:00Z' });
    expect(nextChange(both, '2026-01-02T00:00:00Z')).toBe(Date.parse('2026-01-05T00:00:00Z'));
    expect(nextChange(frozen(empty, { by: 'ops', reason: 'incident' }, now), now)).toBeUndefined();
    expect(frozenBy(frozen(empty, { by: 'ops', reason: 'incident' }, now), '2036-01-01T00:00:00Z')).toEqual({ by: 'ops', reason: 'incident' });
  });

  it('remembers who has thawed it, until it is frozen again', () => {
    const warm = thawed(cold, { by: 'kim', reason: 'over' }, later).record;
    expect(warm).toEqual({ ...empty, thaw: { by: 'kim', reason: 'over', since: later } });
    expect(frozen(warm, { by: 'ops', reason: 'again' }, later)).toEqual({ ...empty, freeze: { by: 'ops', reason: 'again', since: later } });
  });

  it('still lets a rollback through', () => {
    const ours = { ...cold, deployed: { a: { candidate: namedSha('a-2'), sha: namedSha('s'), release: 'release/a/2', since: now } } };
    expect(claimed(ours, claim('a', 2, 'rollback'), { after: [], now }).answer).toMatchObject({ kind: 'granted' });
  });

  it('is frozen by the calendar, too, and knows when that changes', () => {
    const calendar = { ...empty, windows: [{ from: '2026-01-01T10:00:00Z', to: '2026-01-01T12:00:00Z', reason: 'lunch' }] };
    expect(frozenBy(calendar, now)).toBeUndefined();
    expect(nextChange(calendar, now)).toBe(Date.parse('2026-01-01T10:00:00Z'));
    expect(frozenBy(calendar, '2026-01-01T10:00:00Z')).toEqual({ reason: 'lunch', until: '2026-01-01T12:00:00Z' });
    expect(frozenBy(calendar, '2026-01-01T12:00:00Z')).toBeUndefined();
    expect(nextChange(calendar, '2026-01-01T12:00:00Z')).toBeUndefined();
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('claim' as const), component: fc.constantFrom('a', 'b'), number: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ act: fc.constant('leave' as const), deployed: fc.boolean() }),
    fc.record({ act: fc.constant('give up' as const), at: fc.nat(5) }),
    fc.record({ act: fc.constantFrom('freeze' as const, 'thaw' as const) }),
  );

  it('has one holder, rising fences, nobody twice, nobody lost, and nothing deployed backwards', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let record = empty;
        const waiting = new Set<string>();
        let held: string | undefined;
        let fence = 0;
        const hear = (notices: readonly Notice[]) => {
          for (const notice of notices) {
            if (notice.kind === 'news') continue;
            expect(waiting.delete(notice.key)).toBe(true);
            if (notice.kind === 'superseded') continue;
            expect(held).toBeUndefined();
            expect(notice.fence).toBeGreaterThan(fence);
            fence = notice.fence;
            held = notice.key;
          }
        };
        for (const one of steps) {
          const before = record;
          if (one.act === 'claim') {
            const wish = claim(one.component, one.number);
            const { record: next, answer, notices } = take(record, wish);
            if (answer.kind === 'queued') waiting.add(wish.key);
            if (answer.kind === 'granted' && held !== wish.key) {
              waiting.add(wish.key);
              hear([...notices, { kind: 'granted', to: wish.release, key: wish.key, fence: answer.fence }]);
            } else hear(notices);
            record = next;
          } else if (one.act === 'leave' && record.lease) {
            held = undefined;
            const next = leave(record, record.lease.claim, one.deployed);
            hear(next.notices);
            record = next.record;
          } else if (one.act === 'give up' && record.queue[one.at]) {
            const { claim: wish } = record.queue[one.at]!;
            waiting.delete(wish.key);
            const next = leave(record, wish);
            hear(next.notices);
            record = next.record;
          } else if (one.act === 'freeze') {
            record = frozen(record, { by: 'ops', reason: 'incident' }, now);
          } else if (one.act === 'thaw') {
            const next = thawed(record, { by: 'ops' }, now);
            hear(next.notices);
            record = next.record;
          }
          expect(record.lease?.claim.key).toBe(held);
          expect(new Set(record.queue.map((queued) => queued.claim.key))).toEqual(waiting);
          for (const [component, { candidate }] of Object.entries(before.deployed)) {
            expect(numberOf(record.deployed[component]!.candidate)).toBeGreaterThanOrEqual(numberOf(candidate));
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is seen to run there', () => {
  const there = (candidate: string, sha: string) => ({ candidate: namedSha(candidate), sha: namedSha(sha), release: 'somebody else', since: later });
  const known = leave(take(empty, claim('gitaly', 1)).record, claim('gitaly', 1)).record;

  it('is recorded, and told to whoever follows the environment, whoever brought it', () => {
    const { record, notices } = sighted(followed(known, 'flag/gitaly/gitaly_x'), { gitaly: there('gitaly-2', 'sha-9') });
    expect(record.deployed.gitaly).toEqual(there('gitaly-2', 'sha-9'));
    expect(notices).toMatchObject([{ kind: 'news', to: 'flag/gitaly/gitaly_x' }]);
    expect(sighted(record, { gitaly: there('gitaly-2', 'sha-9') })).toEqual({ record, notices: [] });
  });

  it('is the version that it was, where only the rest of the product is another', () => {
    expect(sighted(known, { gitaly: there('gitaly-1', 'sha-9') }).record.deployed.gitaly).toEqual({ ...known.deployed.gitaly, sha: namedSha('sha-9') });
  });

  it('is for whoever has the environment to tell', () => {
    const held = take(known, claim('gitaly', 2)).record;
    expect(sighted(held, { gitaly: there('gitaly-3', 'sha-9') })).toEqual({ record: held, notices: [] });
  });
});
