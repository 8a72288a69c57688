import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import { name, sha } from '../text/names.ts';

/** Which change is asked for: by its commit, or by the pull request that brought it. */
export const whereRequest = deferred(() => z
  .strictObject({
    component: name,
    sha: sha.optional(),
    pullRequest: z.int().min(1).optional(),
  })
  .refine(({ sha, pullRequest }) => (sha === undefined) !== (pullRequest === undefined), 'either "sha" or "pullRequest" must be given'));

export type WhereRequest = z.output<typeof whereRequest>;

export const whereRequestExample = { component: 'gitaly', pullRequest: 3371 } satisfies WhereRequest;
