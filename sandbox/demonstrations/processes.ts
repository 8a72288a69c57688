import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  /** Asks the process to end, insists after ten seconds, and waits until it is gone. */
  stop(): Promise<void>;
  /** What it has said so far, on both streams. */
  output(): string;
}

const patienceMs = 10_000;

/**
 * Starts a program and waits for the line of its stdout that says it is ready.
 *
 * @param options.ready gives what the line carries, or undefined for any other line
 * @param options.env is all that the process gets: tests don't depend on the developer's environment
 * @throws an Error with the process's output when it ends, or says nothing for `readyWithinMs`, before it is ready
 */
export async function startProcess<Ready>(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ready: (line: string) => Ready | undefined;
  readonly readyWithinMs?: number;
}): Promise<RunningProcess & { readonly ready: Ready }> {
  const { program, args, ready, readyWithinMs = 30_000 } = options;
  const child = spawn(program, args, { env: { ...baseEnvironment(), ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const running = runningProcess(child, said);

  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Ready>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`not ready within ${readyWithinMs} ms`)), readyWithinMs);
      child.once('error', reject);
      child.once('close', (code, signal) => reject(new Error(`ended with ${signal ?? code} before it was ready`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(`${line}\n`);
        const found = ready(line);
        if (found !== undefined) resolve(found);
      });
    });
    return { ...running, ready: answer };
  } catch (error) {
    await running.stop();
    throw new Error(`${[program, ...args].join(' ')}: ${(error as Error).message}\n${running.output()}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A port on 127.0.0.1 that nobody listens on now: `preferred`, where that is free. Otherwise one below those that a system gives to
 * whoever asks for any (Linux from 32,768 on), so that no server which starts at the same time is given it meanwhile.
 */
export async function freePort(preferred = lowPort()): Promise<number> {
  for (let port = preferred; ; port = lowPort()) if (await isFree(port)) return port;
}

/** How a system says that a port is somebody else's; any other error would come of every port. */
const taken = new Set<string | undefined>(['EADDRINUSE', 'EACCES']);

function lowPort(): number {
  return 16_000 + Math.floor(Math.random() * 16_000);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!taken.has((error as NodeJS.ErrnoException).code)) throw error;
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** The value of a property of a JSON line; undefined where the line isn't one, as a log line isn't. */
export function property(line: string, name: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const value = (JSON.parse(line) as Record<string, unknown>)[name];
  return value === undefined ? undefined : String(value);
}

function runningProcess(child: ChildProcess, said: readonly string[]): RunningProcess {
  const insist = () => child.kill('SIGKILL');
  process.once('exit', insist);
  const exited = new Promise<void>((resolve) => {
    const gone = () => {
      process.off('exit', insist);
      resolve();
    };
    child.once('close', gone);
    child.once('error', gone);
  });
  return {
    pid: child.pid ?? -1,
    exited,
    output: () => said.join(''),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(insist, patienceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** SLIPWAY_CHECK is how .ci/run recognizes what its steps leave running. */
function baseEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME', 'SLIPWAY_CACHE', 'SLIPWAY_CHECK'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
