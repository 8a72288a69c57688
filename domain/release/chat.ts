import { z } from 'zod';
import { channel } from '../text/names.ts';

/** Where people follow the component's releases. */
export const chat = z
  .strictObject({
    progress: channel.describe('One thread a release.'),
    team: channel.optional().describe('Where failures are reported; the same channel, if not given.'),
  })
  .transform(({ progress, team = progress }) => ({ progress, team }));

export type ChatChannels = z.output<typeof chat>;
