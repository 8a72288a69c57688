import { z } from 'zod';
import { timeZone } from '../environments/calendar.ts';
import { branch, channel, login, repository, workflowFile } from '../text/names.ts';

/** How a component that stage runs from every commit gets to production. */
export const promotionRules = z.strictObject({
  repository,
  branch: branch.prefault('main').describe('Stage runs its commits; releases are made of them.'),
  timeZone: timeZone.prefault('UTC').describe('Whose days name the releases.'),
  preRelease: z
    .strictObject({
      at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of the day such as "05:00"').prefault('05:00').describe('Monday to Friday, by the clocks of the time zone.'),
    })
    .prefault({}),
  onTag: z.array(workflowFile).prefault([]).describe('CI workflows that the push of a tag starts, and that are waited for.'),
  engineer: login.optional().describe('The base-load engineer: is told when everything in a pre-release was ticked.'),
  chat: z.strictObject({ progress: channel.describe('Where people hear of pre-releases and of releases.') }),
});

export type PromotionRules = z.output<typeof promotionRules>;
