import type { Progress } from '../../../domain/release/progress.ts';
import { progress as progressSchema } from '../../../domain/release/progress.ts';
import type { ReleaseState } from '../../../domain/release/status.ts';
import { hear } from '../inbox.ts';
import { progress } from '../messages.ts';
import type { StatusKeeper } from '../status.ts';

const shownIn: Readonly<Record<Progress['what'], ReleaseState>> = { fetched: 'gathering', uploaded: 'gathering', published: 'publishing' };

/** Receives from the running activity how far it has come. What comes when its step is over is not shown. */
export function receiveProgress(status: StatusKeeper): void {
  hear(progress, status, {
    schema: progressSchema,
    example: { what: 'fetched', files: 140, of: 280, bytes: 3_100_000, ofBytes: 6_200_000 },
    about: 'Sent by the activity that moves files, to show how far it has come',
    accept(told) {
      if (status.get().state === shownIn[told.what]) status.progress(told);
    },
  });
}
