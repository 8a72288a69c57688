import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../demonstrations/processes.ts';

/** A running fake-gcs-server, which keeps its objects in memory. */
export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** The GCS of a world, which starts when it is first asked for: most worlds do without. */
export interface Gcs {
  readonly started: boolean;
  emulator(): Promise<Emulator>;
  stop(): Promise<void>;
}

/** @param program path of the fake-gcs-server binary, if there is one */
export function createGcs(program: string | undefined): Gcs {
  let emulator: Promise<Emulator> | undefined;
  return {
    get started() {
      return emulator !== undefined;
    },
    emulator() {
      if (program === undefined) throw new Error('this sandbox has no GCS: start it with --gcs <path of fake-gcs-server>');
      emulator ??= startEmulator(program);
      return emulator;
    },
    async stop() {
      await (await emulator)?.stop();
    },
  };
}

/** It has nothing to say on stdout when it is ready, so it is asked. */
async function startEmulator(program: string): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  const child = spawn(program, [...address, '-backend', 'memory', '-log-level', 'error'], { stdio: 'ignore' });
  const insist = () => child.kill('SIGKILL');
  process.once('exit', insist);
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  }).finally(() => process.off('exit', insist));

  const failure = await Promise.race([answering(url), ended]);
  if (failure !== undefined) {
    insist();
    throw new Error(`${program}: ${failure}`);
  }
  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** @returns what is wrong, if it does not answer in time */
async function answering(url: string): Promise<string | undefined> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20)) {
    const answer = await fetch(`${url}/_internal/healthcheck`).catch(() => undefined);
    if (answer?.ok) return undefined;
  }
  return 'it does not answer';
}
