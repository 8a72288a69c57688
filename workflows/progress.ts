import { setHandler } from '@temporalio/workflow';
import { parseInput } from '../domain/input.ts';
import type { Progress } from '../domain/progress.ts';
import { progress as progressSchema } from '../domain/progress.ts';
import type { ReleaseState } from '../domain/status.ts';
import { progress } from './messages.ts';
import type { StatusKeeper } from './status.ts';

const shownIn: Readonly<Record<Progress['what'], ReleaseState>> = { fetched: 'gathering', uploaded: 'gathering', published: 'publishing' };

/** Receives from the running activity how far it has come. What comes when its step is over is not shown. */
export function receiveProgress(status: StatusKeeper): void {
  const example: Progress = { what: 'fetched', files: 140, of: 280, bytes: 3_100_000, ofBytes: 6_200_000 };

  setHandler(
    progress,
    (input) => {
      const parsed = parseInput(progressSchema, input, example);
      if (parsed.kind === 'invalid') status.refused(progress.name, parsed.message);
      else if (status.get().state === shownIn[parsed.value.what]) status.progressed(parsed.value);
    },
    { description: `Sent by the activity that moves files, to show how far it has come. For example ${JSON.stringify(example)}` },
  );
}
