import { z } from 'zod';
import { approver, channel } from '../text/names.ts';

/** Where people follow the component's releases. */
export const chat = z
  .strictObject({
    progress: channel.describe('One thread a release.'),
    team: channel.optional().describe('Where failures are reported; the same channel, if not given.'),
  })
  .transform(({ progress, team = progress }) => ({ progress, team }));

export type ChatChannels = z.output<typeof chat>;

/** Who people are in the chat: a message that wants them notifies them there. */
export const people = z
  .record(z.union([approver, channel]), z.string().regex(/^[A-Z0-9]{2,30}$/, 'must be the id of a member or a group in the chat, such as "U024BE7LH" or "S0614TZR7"'))
  .describe('By login or team, or by a channel for those whom it is to notify: ids in the chat, of members or groups.');
