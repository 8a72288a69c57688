import { z } from 'zod';
import { checkRules } from '../code/rules.ts';
import { interval } from '../text/duration.ts';
import { branch, label, path, repository, title } from '../text/names.ts';

/** The version file that pins a component, and the pull request that moves it. */
export const pin = z.strictObject({
  repository,
  branch: branch.prefault('master'),
  versionFile: path,
  head: branch.describe('The fixed branch of the version pull request.'),
  title,
  labels: z.array(label).prefault([]),
  merge: z.enum(['merge', 'squash', 'rebase']).prefault('merge'),
  autoMerge: z.boolean().prefault(false).describe('Whether the forge merges it by itself once a review that is missing is there.'),
  whenFixed: z.enum(['amend', 'ask']).prefault('amend').describe('What to do when a newer commit is green while a red pipeline waits for a decision.'),
  whenLeft: z.enum(['carryOn', 'wait']).prefault('wait').describe('What the hourly task does with a version that is merged, but not everywhere, when no release is at it. Who starts a release carries it on.'),
  mention: z.string().regex(/^@[\w-]+(\/[\w-]+)?$/, 'must be a login or a team such as "@gitlab-org/gitaly"').optional().describe('Who is mentioned in the pull request when it needs somebody.'),
  flakyTest: z.strictObject({
    repository: repository.describe('Where the issue is opened.'),
    labels: z.array(label).prefault(['Flaky Test']),
    template: path.optional().describe('The issue\'s text in that repository; {checks} and {pullRequest} are filled in, or follow it.'),
  }).optional().describe('Opens an issue when a pipeline passes that had failed on the same commit.'),
  stale: z.strictObject({
    notice: interval.prefault('1d').describe('Open for this long: told once, in the thread.'),
    escalate: interval.prefault('1d').describe('Then told to the team, and again at this interval.'),
  }).prefault({}),
  signoff: z.string().max(200).regex(/^[^<>\p{Cc}]+ <[^<>\s@]+@[^<>\s@]+>$/u, 'must be like "Slipway <slipway@example.com>"').optional().describe('Who signs off the version commits, where the repository asks for that (DCO).'),
  runbook: z.url().optional(),
  ...checkRules,
});

export type Pin = z.output<typeof pin>;
