import { z } from 'zod';
import { oneLine } from '../text/short-text.ts';

/** What starts a pre-release; everything else comes from the catalog. */
export const preReleaseRequest = z.strictObject({ component: oneLine });

export type PreReleaseRequest = z.output<typeof preReleaseRequest>;

export const preReleaseRequestExample = { component: 'monitor' } satisfies PreReleaseRequest;
