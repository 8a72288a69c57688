import { z } from 'zod';
import { duration } from '../text/duration.ts';

/** What a soak looks at, over and over. No answer, and no data, is not healthy. */
export const healthCheck = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    url: z.url({ protocol: /^https?$/ }).describe('Healthy when it answers 2xx.'),
  }),
  z
    .strictObject({
      kind: z.literal('prometheus'),
      query: z.string().min(1).describe('PromQL that gives a value, not a comparison (which gives nothing when it is false). Each series must keep to the bounds; none at all is not healthy.'),
      min: z.number().optional(),
      max: z.number().optional(),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs "min" or "max", else any value would be healthy'),
  z.strictObject({
    kind: z.literal('sentry'),
    project: z.string().regex(/^[a-z0-9_][\w-]*$/, 'must be the slug of a Sentry project'),
    query: z.string().min(1).prefault('is:unresolved').describe('Sentry\'s search, for example "is:unresolved firstSeen:-1h".'),
    seen: duration.prefault('1h').describe('Issues count that had an event in so much time.'),
    max: z.int().min(0).max(99).prefault(0).describe('More issues than this are unhealthy.'),
  }),
]);

export type HealthCheck = z.output<typeof healthCheck>;
