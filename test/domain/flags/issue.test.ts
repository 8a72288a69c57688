import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checklist, defaultEnableBody, defaultEnableId, isMarked, removalBody, removalId, withSection } from '../../../domain/flags/issue.ts';
import { shaOf } from '../../shas.ts';

const id = 'flag/gitaly/gitaly_x';

describe('an issue’s text', () => {
  test('gets the rollout’s part at its end, once', () => {
    const once = withSection('## Why\n\nFaster.\n', id, '- [ ] staging');
    expect(once).toBe('## Why\n\nFaster.\n\n<!-- slipway: flag/gitaly/gitaly_x -->\n- [ ] staging\n<!-- end of slipway: flag/gitaly/gitaly_x -->');
    expect(withSection(once, id, '- [ ] staging')).toBe(once);
    expect(isMarked(once, id)).toBe(true);
    expect(isMarked(once, 'flag/gitaly/gitaly')).toBe(false);
  });

  test('keeps whatever people write around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, after, section) => {
        fc.pre(![before, after, section].some((text) => text.includes('slipway:')));
        const begun = `${withSection(before, id, 'old')}${after}`;
        const updated = withSection(begun, id, section);
        expect(updated.startsWith(before.trim() === '' ? '' : before.trimEnd())).toBe(true);
        expect(updated.endsWith(after)).toBe(true);
        expect(updated).toContain(section);
        expect(updated).not.toContain('-->\nold\n');
      }),
    );
  });

  test('is mended when somebody deleted the end of the rollout’s part', () => {
    const broken = `Why\n\n<!-- slipway: ${id} -->\n- [ ] staging`;
    expect(withSection(broken, id, '- [x] staging')).toBe(`Why\n\n<!-- slipway: ${id} -->\n- [x] staging\n<!-- end of slipway: ${id} -->`);
  });
});

test('the issue that asks for the removal is told from the rollout’s', () => {
  const body = removalBody({ id, flag: 'gitaly_x', component: 'gitaly' }, { rollout: 'https://forge/1', defaultEnable: 'https://forge/2' });
  expect(isMarked(body, removalId(id))).toBe(true);
  expect(isMarked(body, id)).toBe(false);
  expect(body).toContain('Remove the flag and the code without it from gitaly');
  expect(body).toContain('- [ ] Turn it on by default in the code, and release that: https://forge/2');
  const first = defaultEnableBody({ id, flag: 'gitaly_x', component: 'gitaly' }, 'https://forge/1');
  expect([removalId(id), id, defaultEnableId(id)].map((one) => isMarked(first, one))).toEqual([false, false, true]);
});

test('the checklist names the commits that have to be deployed first, as text that does nothing, until they are', () => {
  const plan = { commit: shaOf('a'), rules: { production: { environment: 'production' } } } as Parameters<typeof checklist>[0];
  const undeployed = { missing: [{ sha: shaOf('b'), title: 'Fix #12 for @ann' }], total: 13 };
  const lines = (codeDeployed: boolean) => checklist(plan, { codeDeployed, undeployed, tested: false, marks: [] }).split('\n');
  expect(lines(false).slice(0, 3)).toEqual([`- [ ] The code (${plan.commit}) is deployed to production`, expect.stringMatching(/^ {2}- b{12} Fix #.12 for @.ann$/u), '  - and 12 more']);
  expect(lines(true)[1]).not.toMatch(/b{12}/);
});
