import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

const write = /^(?:POST|PUT|PATCH|DELETE) \S*?\/w\/[^/ ]+\/(?!control\/)\S*/;

/** Only these are frozen, where only some are to be: a pattern. */
const wanted = new RegExp(process.env.SLIPWAY_TEST_FREEZES ?? '');

/**
 * Once this process gets a SIGUSR2, it freezes itself before the next write that it sends to the world: the server has let that pass by then, and it leaves in the moment
 * in which somebody thaws it. What it is about to send is the line `{"frozen": …}` of its stdout.
 */
export function freezeWhenTold(): void {
  let isTold = false;
  process.on('SIGUSR2', () => (isTold = true));
  const send = Socket.prototype.write;
  Socket.prototype.write = function (this: Socket, ...given: unknown[]) {
    const [request] = typeof given[0] === 'string' ? (write.exec(given[0]) ?? []) : [];
    if (isTold && request !== undefined && wanted.test(request)) {
      isTold = false;
      freeze(request);
    }
    return Reflect.apply(send, this, given) as boolean;
  };
}

function freeze(request: string): void {
  writeSync(1, `${JSON.stringify({ frozen: request })}\n`);
  process.kill(process.pid, 'SIGSTOP');
  // It takes a moment to stop: nothing may leave until then.
  for (const until = performance.now() + 20; performance.now() < until; );
}
