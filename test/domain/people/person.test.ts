import { describe, expect, it } from 'vitest';
import { isSamePerson, person } from '../../../domain/people/person.ts';

describe('a login', () => {
  it('is the same in any case', () => {
    expect(isSamePerson('Alice-K', 'aLICE-k')).toBe(true);
  });

  it.each([
    ['\u212Aarl', 'karl'],
    ['аlice', 'alice'],
    ['alice\u200b', 'alice'],
    ['ＡLICE', 'alice'],
    ['İvan', 'i̇van'],
  ])('of look-alike letters is somebody else\'s: %s, %s', (login, other) => {
    expect(isSamePerson(login, other)).toBe(false);
  });

  it.each(['your-login', 'Your-Login', 'alice\n**Approved by** bob', '', ' ', 'ali\u200bce', 'ali\u202ece'])('is not %j', (login) => {
    expect(person.safeParse(login).success).toBe(false);
  });
});
