import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { project } from '../../sandbox/parts/build.mjs';

export interface KillableWorker {
  /** Ends the worker without a word; its children live on unless `group` takes them along. Resolves when it is gone. */
  kill(what: 'worker' | 'group'): Promise<void>;
  freeze(): void;
  /** Freezes it before the next write that it sends, between the question whether it may and the sending. Resolves, when it is frozen, to what is sent when it is thawed; to nothing, when it is gone. */
  freezeSending(): Promise<string | undefined>;
  thaw(): void;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
}

/** Process groups that must not outlive the tests. */
const living = new Set<number>();
process.once('exit', () => {
  for (const pid of living) process.kill(-pid, 'SIGKILL');
});

/** A worker process in a process group of its own. */
export async function startKillableWorker(env: Readonly<Record<string, string>>): Promise<KillableWorker> {
  const child = spawn(process.execPath, [join(project, 'dist/test/crash/told-worker.js')], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SLIPWAY_CHECK: process.env.SLIPWAY_CHECK, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid!;
  living.add(pid);
  const gone = once(child, 'exit').then(() => void living.delete(pid));
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => (line.includes('"ready":true') ? resolve() : said.push(line)));
    void gone.then(() => reject(new Error(`the worker ended before it was ready:\n${said.join('\n')}`)));
  });
  return {
    async kill(what) {
      process.kill(what === 'group' ? -pid : pid, 'SIGKILL');
      await gone;
    },
    freeze: () => process.kill(pid, 'SIGSTOP'),
    freezeSending() {
      const frozen = new Promise<string>((resolve) => {
        lines.on('line', (line) => line.startsWith('{"frozen":') && resolve((JSON.parse(line) as { frozen: string }).frozen));
      });
      process.kill(pid, 'SIGUSR2');
      return Promise.race([frozen, gone.then(() => undefined)]);
    },
    thaw: () => process.kill(pid, 'SIGCONT'),
    gone,
  };
}
