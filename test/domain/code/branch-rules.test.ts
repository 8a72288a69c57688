import { expect, it } from 'vitest';
import { doubtsAbout, toldRestrictions } from '../../../domain/code/branch-rules.ts';

const asked = { wanted: ['test'], signs: false, hasReviewer: true };

it.each([
  ['nothing', { checks: ['test'], reviews: 1, signatures: false }, asked, []],
  ['nothing of checks that the catalog leaves to the branch', { checks: ['test', 'lint'], reviews: 0, signatures: false }, { ...asked, wanted: [] }, []],
  ['nothing of a check that the catalog names with its workflow', { checks: ['test'], reviews: 0, signatures: false }, { ...asked, wanted: ['ci.yml / test'] }, []],
  ['what each of the two alone asks for', { checks: ['lint'], reviews: 0, signatures: false }, asked, ['asks for lint, but not for test', 'asks for lint, too, which pin.requiredChecks does not name']],
  ['signatures, though something else is found, too', { checks: [], reviews: 2, signatures: true }, asked, ['asks for signed commits, and what Slipway commits by this token is not', 'is protected, but asks for no check', 'asks for 2 reviews, of which one comes from a second identity']],
  ['no signatures where the forge signs', { checks: ['test'], reviews: 0, signatures: true }, { ...asked, signs: true }, []],
  ['a review that nobody gives', { checks: ['test'], reviews: 1, signatures: false }, { ...asked, hasReviewer: false }, ['asks for 1 review, of which none comes from a second identity']],
])('finds %s', (_, rules, how, found) => {
  expect(doubtsAbout(rules, how).map(({ what }) => what)).toEqual(found);
});

it.each([
  [[], undefined],
  [['creation'], 'a rule keeps all but some from making it: a release may not begin'],
  [['required_signatures'], 'a rule keeps all but some from pushing without a signature to it: a release may not begin'],
  [['update', 'deletion'], 'a rule keeps all but some from moving, deleting it: a release may not follow a newer commit'],
  [['pull_request'], 'a rule keeps all but some from moving, without a pull request, it: a release may not follow a newer commit'],
  [['deletion'], 'a rule keeps all but some from deleting it: a release may leave it behind'],
] as const)("says what of a release's branch is restricted: %s", (restrictions, told) => {
  expect(toldRestrictions(restrictions)).toBe(told);
});
