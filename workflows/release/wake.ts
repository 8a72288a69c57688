import { condition, setHandler } from '@temporalio/workflow';
import { wake } from './messages.ts';
import { callable } from './race.ts';

/**
 * Lets news from outside end the pause between two looks of a poll. A wake that comes while an attempt is under way makes it look
 * once more afterwards; any number of them, once. What an attempt has found is kept, even if it was woken at that moment.
 */
export function openWake() {
  const looks = callable();
  let wakes = 0;

  function woken(): void {
    wakes++;
    looks.callOff();
  }
  setHandler(wake, woken, {
    description: 'Looks at once for what the release waits for, instead of at the next poll. For example {"about":"the pipeline has ended"}',
  });

  /** Polls; a wake ends the pause between two looks. */
  async function wakeable<T>(poll: () => Promise<T>): Promise<T> {
    for (;;) {
      const found = await looks.run(poll);
      if (found) return found.value;
    }
  }

  /** Looks once after each wake, and at nothing before, until there is an answer. */
  async function onceWoken<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (let seen = wakes; ; ) {
      await condition(() => wakes > seen);
      seen = wakes;
      const found = await look();
      if (found !== undefined) return found;
    }
  }

  return { wakeable, onceWoken };
}

export type Wakes = ReturnType<typeof openWake>;
export type Wakeable = Wakes['wakeable'];
