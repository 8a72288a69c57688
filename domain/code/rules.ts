import { z } from 'zod';

const checkNames = z.array(z.string().min(1)).prefault([]);

/** Which checks decide on a commit: what part of the catalog says for each repository that is waited for. */
export const checkRules = {
  requiredChecks: checkNames.describe('Checks that must be green: where any is named, no other decides.'),
  ignoredChecks: checkNames.describe('Checks, workflows ("nightly.yml") or apps that decide nothing.'),
};
