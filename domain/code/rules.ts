import { z } from 'zod';
import { interval } from '../text/duration.ts';
import { branch, channel, repository } from '../text/names.ts';

const checkNames = z.array(z.string().min(1)).prefault([]);

/** Which checks decide on a commit: what part of the catalog says for each repository that is waited for. */
export const checkRules = {
  requiredChecks: checkNames.describe('Checks that must be green: where any is named, no other decides.'),
  ignoredChecks: checkNames.describe('Checks, workflows ("nightly.yml") or apps that decide nothing.'),
};

/** Where a component's commits come from. */
export const code = z
  .strictObject({
    canonical: repository.describe('Where the component is developed.'),
    mirror: repository.optional().describe('Where it is released from: green commits are looked for here only. The canonical repository itself, if not given.'),
    branch: branch.prefault('master'),
    searchDepth: z.int().min(1).max(500).prefault(50).describe('How many commits below the head are looked at.'),
    whenRed: z.enum(['hold', 'lastGreen']).prefault('hold').describe('What to do when the newest finished commit is red.'),
    ...checkRules,
    docs: z.array(z.string().min(1)).prefault([]).describe('Paths ("doc/", "*.md"): a commit that changes nothing else is passed over, because its pipeline tests nothing.'),
    toleratedLag: z.int().min(0).max(100).prefault(0).describe('How many commits the mirror may be behind the canonical repository.'),
    owners: channel.optional().describe('Where those who own the mirror are told that it is red or lags behind.'),
    schedule: interval.prefault('1h').describe('How often a candidate is looked for.'),
  })
  .transform(({ canonical, mirror = canonical, ...rest }) => ({ canonical, mirror, ...rest }));

export type Code = z.output<typeof code>;
