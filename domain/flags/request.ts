import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { oneLine, sentence } from '../text/short-text.ts';
import { isSha } from '../code/commit.ts';
import { percentages } from './setting.ts';
import type { Parsed } from '../text/input.ts';
import { parseInput } from '../text/input.ts';

/** What starts a rollout; everything else comes from the catalog. */
const rolloutRequest = deferred(() => z.strictObject({
  component: oneLine,
  flag: oneLine,
  commit: z
    .string()
    .refine((text) => isSha(text) || /^#\d+$/.test(text), 'must be a full commit SHA of 40 hex digits, or a pull request such as "#12"'),
  steps: percentages.optional(),
  issue: z.int().min(1).optional(),
  reason: sentence.optional(),
}));

export type RolloutRequest = z.output<typeof rolloutRequest>;

const rolloutRequestExample = { component: 'gitaly', flag: 'gitaly_go_user_delete_tag', commit: '#3371' } satisfies RolloutRequest;

const gates = ['user', 'group', 'project', 'feature_group', 'namespace', 'repository'];

/** Reads what a person typed. Gates for some users, groups or projects are refused by name. */
export function parseRolloutRequest(input: unknown): Parsed<RolloutRequest> {
  const gate = typeof input === 'object' && input !== null ? gates.find((name) => name in input) : undefined;
  if (gate !== undefined) {
    return { kind: 'invalid', message: `a flag is rolled out to percentages of all actors, not to a ${gate}: leave "${gate}" out` };
  }
  return parseInput(rolloutRequest, input, rolloutRequestExample);
}
