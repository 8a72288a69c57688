import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentPage } from '../../../domain/component/component-page.ts';
import type { ComponentRecord } from '../../../domain/component/component-record.ts';
import { decided, decideRefusal, halted, haltRefusal, lifted, liftRefusal, newComponent, nextEnd, objected, vetoed, vetoRefusal, withBefore } from '../../../domain/component/component-record.ts';
import { haltOf, vetoesOf } from '../../../domain/people/objection.ts';
import { namedSha } from '../../shas.ts';

const now = '2026-01-01T00:00:00Z';
const later = '2026-01-01T01:00:00Z';
const end = '2026-01-01T00:30:00Z';
const fresh = newComponent('gitaly');
const bad = namedSha('bad');
const said = { component: 'gitaly', key: 'release/gitaly/1/end', release: 'release/gitaly/1', by: 'kim', reason: 'rejected at production' };

describe('a halt', () => {
  it('lasts until it is lifted, and both are remembered', () => {
    const record = halted(fresh, { by: 'kim', reason: 'an incident' }, now);
    expect(haltOf(record, later)).toMatchObject({ by: 'kim', since: now });
    expect(liftRefusal(record, { by: 'ana' }, later)).toBeUndefined();
    const over = lifted(record, { by: 'ana', reason: 'solved' }, later);
    expect(haltOf(over, later)).toBeUndefined();
    expect(over.decisions.map(({ message, by }) => `${message} by ${by}`)).toEqual(['halt by kim', 'lift by ana']);
    expect(over.at).toBeGreaterThan(record.at);
  });

  it('ends by itself', () => {
    const record = halted(fresh, { by: 'kim', reason: 'an incident', until: end }, now);
    expect([haltOf(record, now)?.by, haltOf(record, end), nextEnd(record, now), nextEnd(record, end)]).toEqual(['kim', undefined, Date.parse(end), undefined]);
    expect(liftRefusal(record, { by: 'ana' }, later)).toBe('gitaly is not halted');
  });

  it.each([
    ['in the past', fresh, { by: 'ana', reason: 'x', until: '2025-01-01T00:00:00Z' }, 'until: 2025-01-01T00:00:00Z is in the past'],
    ["that ends somebody else's sooner", halted(fresh, { by: 'kim', reason: 'an incident' }, now), { by: 'ana', reason: 'x', until: end }, 'kim has halted it until it is lifted (an incident): lift that first'],
    ['of the same person', halted(fresh, { by: 'kim', reason: 'an incident' }, now), { by: 'kim', reason: 'x', until: end }, undefined],
    ['that lasts longer', halted(fresh, { by: 'kim', reason: 'an incident', until: end }, now), { by: 'ana', reason: 'x', until: later }, undefined],
  ])('is looked at: one %s', (_, record, halting, why) => expect(haltRefusal(record, halting, now)).toBe(why));
});

describe('a veto', () => {
  it('is one a commit, and is lifted by its commit', () => {
    const twice = vetoed(vetoed(fresh, { sha: bad, by: 'kim', reason: 'leaks' }, now), { sha: bad, by: 'ana', reason: 'leaks much' }, later);
    expect(twice.vetoes).toEqual([{ sha: bad, by: 'ana', reason: 'leaks much', since: later }]);
    expect(liftRefusal(twice, { by: 'kim', sha: namedSha('other') }, later)).toBe(`${namedSha('other')} is not vetoed. Vetoed: ${bad}`);
    expect(vetoesOf(lifted(twice, { by: 'kim', sha: bad }, later), later)).toEqual([]);
  });

  it('is refused where there are too many, or it would end somebody else\'s sooner', () => {
    const full = Array.from({ length: 100 }, (_, index) => namedSha(`v${index}`)).reduce((record, sha) => vetoed(record, { sha, by: 'kim', reason: 'x' }, now), fresh);
    expect(vetoRefusal(full, { sha: bad, by: 'kim', reason: 'x' }, now)).toMatch(/^100 commits are vetoed already/);
    expect(vetoRefusal(full, { sha: namedSha('v1'), by: 'kim', reason: 'y' }, now)).toBeUndefined();
    expect(vetoRefusal(full, { sha: namedSha('v1'), by: 'ana', reason: 'y', until: end }, now)).toMatch(/^kim has vetoed it until that is lifted/);
  });
});

describe('the end of a release', () => {
  it('halts the component, once, also when it is said again after somebody has lifted that', () => {
    const record = objected(fresh, { ...said, halts: true }, now);
    expect(haltOf(record, now)).toMatchObject({ by: 'kim', reason: 'rejected at production', release: said.release });
    expect(objected(record, { ...said, halts: true }, later)).toBe(record);
    const over = lifted(record, { by: 'ana' }, later);
    expect(haltOf(objected(over, { ...said, halts: true }, later), later)).toBeUndefined();
    expect(haltOf(objected(over, { ...said, key: 'another', halts: true }, later), later)?.by).toBe('kim');
  });

  it("leaves somebody's halt that lasts as it is, and outlasts one that would end", () => {
    expect(haltOf(objected(halted(fresh, { by: 'ana', reason: 'an incident' }, now), { ...said, halts: true }, now), now)?.by).toBe('ana');
    expect(haltOf(objected(halted(fresh, { by: 'ana', reason: 'an incident', until: end }, now), { ...said, halts: true }, now), later)?.by).toBe('kim');
  });

  it('vetoes a commit alone, and leaves a veto of somebody on more than that', () => {
    expect(objected(fresh, { ...said, vetoes: bad }, now).vetoes).toEqual([{ sha: bad, by: 'kim', reason: said.reason, since: now, only: true, release: said.release }]);
    expect(objected(vetoed(fresh, { sha: bad, by: 'ana', reason: 'leaks' }, now), { ...said, vetoes: bad }, later).vetoes).toMatchObject([{ by: 'ana' }]);
  });
});

it('knows what a run knew that somebody has ended, and what was said since', () => {
  const before = vetoed(halted(fresh, { by: 'kim', reason: 'an incident' }, now), { sha: bad, by: 'kim', reason: 'leaks' }, now);
  expect(haltOf(withBefore(fresh, before), later)?.by).toBe('kim');
  const since = halted(fresh, { by: 'ana', reason: 'another' }, later);
  const both = withBefore(since, before);
  expect([haltOf(both, later)?.by, both.vetoes.map(({ sha }) => sha), both.at > before.at]).toEqual(['ana', [bad], true]);
});

it('stays small, whatever is said: it is handed on from run to run', () => {
  const text = fc.string({ minLength: 1, maxLength: 1_000, unit: 'grapheme' });
  const action = fc.oneof(
    fc.record({ do: fc.constant('halt' as const), by: text, reason: text }),
    fc.record({ do: fc.constant('veto' as const), by: text, reason: text, sha: fc.integer({ min: 0, max: 500 }).map((number) => namedSha(`n${number}`)) }),
    fc.record({ do: fc.constant('object' as const), by: text, reason: text, key: text, sha: fc.integer({ min: 0, max: 500 }).map((number) => namedSha(`n${number}`)) }),
  );
  fc.assert(
    fc.property(fc.array(action, { minLength: 300, maxLength: 400 }), (actions) => {
      let record: ComponentRecord = fresh;
      for (const { do: verb, ...given } of actions as readonly (typeof actions[number] & { sha: typeof bad; key: string })[]) {
        if (verb === 'halt') record = halted(record, given, now);
        else if (verb === 'object') record = objected(record, { ...said, ...given, halts: true, vetoes: given.sha }, now);
        else if (vetoRefusal(record, given, now) === undefined) record = vetoed(record, given, now);
      }
      expect(record.vetoes.length).toBeLessThanOrEqual(100);
      expect(JSON.stringify(record).length).toBeLessThan(1_000_000);
      expect(componentPage(record, now).length).toBeLessThanOrEqual(4_000);
    }),
    { numRuns: 5 },
  );
});

describe('the page', () => {
  it('shows what there is, and what can be sent', () => {
    const page = componentPage(vetoed(halted(fresh, { by: 'kim', reason: 'an incident', until: end }, now), { sha: bad, by: 'kim', reason: 'leaks' }, now), now);
    expect(page).toContain(`**Halted**: gitaly is halted by kim until ${end}: an incident`);
    expect(page).toContain('Send `lift` with\n```json\n{"by":"your-login"}\n```');
    expect(page).toContain(`{"sha":"${bad}","by":"your-login"}`);
    expect(componentPage(fresh, now)).toContain('Send `halt` with');
  });

  it.each(['[click](https://evil)', '<img src=x onerror=alert(1)>', 'a\n# heading\n```json', '@channel **now**', '\u202e\u2028| x | y |'])('takes %j for text', (name) => {
    const page = componentPage(vetoed(halted(fresh, { by: name, reason: name }, now), { sha: bad, by: name, reason: name }, now), now);
    expect(page).not.toMatch(/(?<!\\)\[[^\]]*\]\(|<img|^#/m);
  });
});

describe('a pin that a release has left', () => {
  const left = objected(fresh, { ...said, halts: true, pinned: bad }, now);

  it('may be taken back, with a reason, until that is decided, or the halt lifted', () => {
    expect(left.offer).toEqual({ pinned: bad, release: said.release });
    expect(componentPage(left, now)).toContain('Send `decide` with\n```json\n{"choice":"takeBack","by":"your-login","reason":"why"}');
    expect(decideRefusal(left, { choice: 'takeBack', by: 'kim' })).toBe('taking it back needs a "reason"');
    expect(decideRefusal(left, { choice: 'takeback', by: 'kim' })).toContain('did you mean "takeBack"');
    expect(decideRefusal(left, { choice: 'leave', by: 'kim' })).toBeUndefined();
    for (const record of [decided(left, { choice: 'leave', by: 'kim' }, later), lifted(left, { by: 'kim' }, later), fresh]) {
      expect(decideRefusal(record, { choice: 'leave', by: 'kim' })).toBe('nothing is to be decided now');
      expect(componentPage(record, later)).not.toContain('To be decided');
    }
  });
});
