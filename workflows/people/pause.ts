import { condition } from '@temporalio/workflow';
import { yourLogin } from '../../domain/people/person.ts';
import { interval } from '../../domain/people/decision.ts';
import { receive } from '../release/inbox.ts';
import { pause, resume } from './messages.ts';
import { now } from '../release/status.ts';
import type { StatusKeeper } from '../release/status.ts';

export type Pause = ReturnType<typeof openPause>;

/** Lets a person hold a release where it is: what is under way goes on to its end, nothing new is begun, no soak counts. */
export function openPause(status: StatusKeeper) {
  const paused = () => status.get().paused;

  receive(pause, status, {
    schema: interval,
    example: { by: yourLogin, reason: 'why' },
    about: 'Begins nothing new until it is resumed',
    refusal: () => (paused() ? `${paused()!.by} has paused it already` : undefined),
    accept: ({ by, reason }) => {
      status.record({ message: 'pause', by, ...(reason && { reason }) });
      status.change({ paused: { by, ...(reason && { reason }), since: now() } });
    },
  });
  receive(resume, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Goes on after a pause',
    refusal: () => (paused() ? undefined : 'it is not paused'),
    accept: ({ by, reason }) => {
      status.record({ message: 'resume', by, ...(reason && { reason }) });
      status.resume();
    },
  });

  return {
    active: () => paused() !== undefined,
    /** Whose it is, while there is one. */
    why: (): string | undefined => paused() && `paused by ${paused()!.by}${paused()!.reason ? `: ${paused()!.reason}` : ''}`,
    /** Resolves at once unless the release is paused, else when it is resumed: until then, that is what it is shown to wait for. */
    async over(): Promise<void> {
      if (!paused()) return;
      const send = [{ message: resume.name, payload: { by: yourLogin } }];
      await status.meanwhile(status.get().state, { what: 'the end of the pause', whom: ['an operator'], send }, () => condition(() => paused() === undefined));
    },
  };
}
