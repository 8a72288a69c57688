import { expect, it } from 'vitest';
import { fillTemplate } from '../../../domain/text/template.ts';

it.each([
  ['---\nname: Flaky\n---\n\nIn {pullRequest}: {checks}', 'In #1: rspec'],
  ['---\r\nname: Flaky\r\n---\r\n\r\nIn {pullRequest}\r\n', 'In #1\n'],
  ['{constructor} {other} {{checks}}', '{constructor} {other} {rspec}'],
])('fills in a template, and leaves out the YAML of its form', (template, filled) => {
  expect(fillTemplate(template, { pullRequest: '#1', checks: 'rspec' })).toBe(filled);
});
