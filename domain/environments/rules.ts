import { z } from 'zod';
import { assurance } from '../stages/rules.ts';
import { freezeRule, timeZone } from './calendar.ts';

/** A place that releases land in, one at a time. */
export const environment = z.strictObject({
  description: z.string().optional(),
  report: z.url({ protocol: /^https?$/ }).optional().describe('Shows the commit that runs there, of the repository that is deployed from: the first 40 hex digits of its answer.'),
  assurance: assurance.optional().describe('What votes on the stages that land here need: "verified" counts none without a proof of who voted.'),
  timeZone: timeZone.prefault('UTC').describe('Of the clocks that freezes go by.'),
  freezes: z.array(freezeRule).prefault([]).describe('When nothing is promoted to it. Rollbacks go on.'),
});
