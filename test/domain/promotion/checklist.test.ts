import { expect, test } from 'vitest';
import { mayDeployFrom, openTasks, peopleOf, whyNotConfirmed } from '../../../domain/promotion/checklist.ts';

const tasks = [
  { name: 'secret', about: 'Add a version to Secret Manager' },
  { name: 'helm', about: 'Change the ConfigMap' },
];
const at = (minute: number) => `2024-09-02T10:${String(minute).padStart(2, '0')}:00Z`;
const said = (item: string, by: string, minute = 0) => ({ item, by, at: at(minute) });

test('an item is done when two different people have confirmed it', () => {
  expect(openTasks(tasks, [])).toMatchObject([{ name: 'secret', missing: 2 }, { name: 'helm', missing: 2 }]);
  expect(openTasks(tasks, [said('secret', 'ann'), said('secret', 'bob'), said('helm', 'ann')])).toEqual([{ ...tasks[1], missing: 1 }]);
  expect(openTasks(tasks, [said('secret', 'ann'), said('secret', 'ANN')])).toMatchObject([{ name: 'secret', missing: 1 }, { name: 'helm' }]);
});

test('the same person does not count twice, in whatever case', () => {
  expect(whyNotConfirmed(tasks, [said('secret', 'ann')], { item: 'secret', by: 'Ann' })).toBe('"Ann" has confirmed "secret" already: a second person has to');
  expect(whyNotConfirmed(tasks, [said('secret', 'ann')], { item: 'secret', by: 'bob' })).toBeUndefined();
  expect(whyNotConfirmed(tasks, [said('secret', 'ann')], { item: 'helm', by: 'ann' })).toBeUndefined();
  expect(peopleOf([said('secret', 'ann'), said('helm', 'bob')], 'secret')).toEqual(['ann']);
});

test('what is no item, or is done, is refused with the reason', () => {
  expect(whyNotConfirmed(tasks, [], { item: 'secrt', by: 'ann' })).toContain('did you mean "secret"');
  expect(whyNotConfirmed(tasks, [said('secret', 'ann'), said('secret', 'bob')], { item: 'secret', by: 'eve' })).toBe('"secret" has been confirmed by ann and bob already');
});

test('the deployment starts when new secrets have been found: five minutes after the last item', () => {
  const graceMs = 300_000;
  expect(mayDeployFrom(tasks, [said('secret', 'ann'), said('secret', 'bob')], graceMs)).toBeUndefined();
  const all = [said('secret', 'ann', 1), said('secret', 'bob', 7), said('helm', 'ann', 3), said('helm', 'bob', 5)];
  expect(mayDeployFrom(tasks, all, graceMs)).toBe(Date.parse(at(12)));
  expect(mayDeployFrom([], [], graceMs)).toBe(0);
});
