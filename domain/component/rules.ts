import { z } from 'zod';
import { checkRules } from '../code/rules.ts';
import { interval } from '../text/duration.ts';
import { branch, channel, label, path, repository, title } from '../text/names.ts';

/** Where a component's commits come from. */
export const source = z.strictObject({
  canonical: repository.describe('Where the component is developed.'),
  mirror: repository.describe('Where it is released from: green commits are looked for here only.'),
  branch: branch.prefault('master'),
  searchDepth: z.int().min(1).max(500).prefault(50).describe('How many commits below the head are looked at.'),
  whenRed: z.enum(['hold', 'lastGreen']).prefault('hold').describe('What to do when the newest finished commit is red.'),
  ...checkRules,
  docs: z.array(z.string().min(1)).prefault([]).describe('Paths ("doc/", "*.md"): a commit that changes nothing else is passed over, because its pipeline tests nothing.'),
  toleratedLag: z.int().min(0).max(100).prefault(0).describe('How many commits the mirror may be behind the canonical repository.'),
  owners: channel.optional().describe('Where those who own the mirror are told that it is red or lags behind.'),
  schedule: interval.prefault('1h').describe('How often a candidate is looked for.'),
});

/** The version file that pins a component, and the pull request that moves it. */
export const downstream = z.strictObject({
  repository,
  branch: branch.prefault('master'),
  versionFile: path,
  head: branch.describe('The fixed branch of the version pull request.'),
  title,
  labels: z.array(label).prefault([]),
  merge: z.enum(['merge', 'squash', 'rebase']).prefault('merge'),
  autoMerge: z.boolean().prefault(false).describe('Whether the forge merges it by itself once a review that is missing is there.'),
  whenFixed: z.enum(['amend', 'ask']).prefault('amend').describe('What to do when a newer commit is green while a red pipeline waits for a decision.'),
  mention: z.string().regex(/^@[\w-]+(\/[\w-]+)?$/, 'must be a login or a team such as "@gitlab-org/gitaly"').optional().describe('Who is mentioned in the pull request when it needs somebody.'),
  flakyTest: z.strictObject({
    repository: repository.describe('Where the issue is opened.'),
    labels: z.array(label).prefault(['Flaky Test']),
  }).optional().describe('Opens an issue when a pipeline passes that had failed on the same commit.'),
  stale: z.strictObject({
    notice: interval.prefault('1d').describe('Open for this long: told once, in the thread.'),
    escalate: interval.prefault('1d').describe('Then told to the team, and again at this interval.'),
  }).prefault({}),
  runbook: z.url().optional(),
  ...checkRules,
});
