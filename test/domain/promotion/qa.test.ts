import { describe, expect, test } from 'vitest';
import { askQa, isClear, qaTable } from '../../../domain/promotion/qa.ts';
import type { QaAnswers, QaQuestion } from '../../../domain/promotion/qa.ts';
import type { Ticket } from '../../../domain/promotion/ticket.ts';

const rules = { approved: ['QA Approved', 'Done'], exempt: ['dependabot[bot]'] };

function ticket(key: string, status: string): Ticket {
  return { key, status, title: key, url: `https://jira/${key}` };
}

function asked(number: number, found: QaQuestion['found'], author = 'ann'): QaQuestion {
  return { item: { name: `#${number}`, title: `Change ${number}`, url: `https://forge/pull/${number}`, author }, found };
}

function verdicts(questions: readonly QaQuestion[], answers: Partial<QaAnswers> = {}) {
  return askQa(questions, rules, { tickets: [], ticked: new Set(), confirmed: new Map(), ...answers }).map(({ verdict }) => verdict);
}

const keyed = (...keys: readonly string[]) => ({ kind: 'keyed', keys }) as const;
const none = { kind: 'none' } as const;

describe('a pull request is', () => {
  test('approved when all of its tickets are, whatever the case of the status', () => {
    const tickets = [ticket('MNTOR-1', 'qa approved'), ticket('MNTOR-2', 'Done')];
    expect(verdicts([asked(1, keyed('MNTOR-1', 'MNTOR-2'))], { tickets })).toEqual([{ kind: 'approved', by: 'MNTOR-1, MNTOR-2' }]);
  });

  test('untested when one of them is not', () => {
    const tickets = [ticket('MNTOR-1', 'Done'), ticket('MNTOR-2', 'Merged to main')];
    expect(verdicts([asked(1, keyed('MNTOR-1', 'MNTOR-2'))], { tickets })).toEqual([{ kind: 'untested', why: 'MNTOR-2 is "Merged to main"' }]);
  });

  test('unclear when title and branch disagree, and when there is no such ticket', () => {
    expect(verdicts([asked(1, { kind: 'disagreeing', title: ['MNTOR-1'], branch: ['MNTOR-2'] }), asked(2, keyed('MNTOR-3'))])).toEqual([
      { kind: 'unclear', why: 'its title names MNTOR-1, its branch MNTOR-2' },
      { kind: 'unclear', why: 'there is no MNTOR-3, or it is hidden' },
    ]);
  });

  test('without a key unless its author needs none', () => {
    expect(verdicts([asked(1, none), asked(2, none, 'dependabot[bot]')])).toEqual([{ kind: 'noKey' }, { kind: 'approved', by: 'the rule for dependabot[bot]' }]);
  });

  test('approved by a tick, or by somebody who says so, whatever its ticket says', () => {
    const tickets = [ticket('MNTOR-1', 'Merged to main')];
    const questions = [asked(1, keyed('MNTOR-1')), asked(2, none), asked(3, keyed('MNTOR-9'))];
    expect(verdicts(questions, { tickets, ticked: new Set(['#1', '#2']), confirmed: new Map([['#3', 'bob']]) })).toEqual([
      { kind: 'approved', by: 'a tick' },
      { kind: 'approved', by: 'a tick' },
      { kind: 'approved', by: 'bob' },
    ]);
  });
});

describe('the table of a release', () => {
  const rows = (count: number) =>
    askQa(Array.from({ length: count }, (_, index) => asked(index + 1, index % 3 === 0 ? none : keyed(`MNTOR-${index + 1}`))), rules, {
      tickets: Array.from({ length: count }, (_, index) => ticket(`MNTOR-${index + 1}`, index % 2 === 0 ? 'Done' : 'Merged to main')),
      ticked: new Set(),
      confirmed: new Map(),
    });

  test('has what is in the way first, with whom to ask', () => {
    const text = qaTable(rows(4), 4_000);
    expect(text).toMatch(/^1 untested, 0 unclear, 2 without a key, 1 approved\n/);
    expect(text.split('\n')[4]).toBe('| [#2](https://forge/pull/2) Change 2 | untested : MNTOR-2 is "Merged to main"; ask ann | MNTOR-2 |');
    expect(isClear(rows(4))).toBe(false);
  });

  test.each([300, 1_000, 2_500])('of 60 pull requests fits into %i characters, with the rest counted', (most) => {
    const text = qaTable(rows(60), most);
    expect(text.length).toBeLessThanOrEqual(most);
    expect(text).toMatch(/and \d+ more$/);
  });

  test('can not be broken by a title', () => {
    const [row] = askQa([{ ...asked(1, none), item: { name: '#1', title: 'a | b\n@ann `x`', url: 'https://forge/1' } }], rules, { tickets: [], ticked: new Set(), confirmed: new Map() });
    const text = qaTable([row!], 1_000);
    expect(text).not.toContain('@ann');
    expect(text.split('\n').at(-1)).not.toMatch(/[^\\]\| b/);
  });
});
