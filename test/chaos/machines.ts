import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../sandbox/demonstrations/processes.ts';
import { startKillableWorker } from '../crash/killable-worker.ts';
import type { KillableWorker } from '../crash/killable-worker.ts';
import { forgetful } from '../crash/lanes.ts';
import { startTemporal } from '../servers.ts';
import type { TemporalServer } from '../servers.ts';

/** A Temporal server that keeps what it knows in a file, and can be killed. */
export async function startServer(database: string) {
  const port = await freePort();
  const start = () => startTemporal({ database, port, settings: forgetful });
  let server: TemporalServer = await start();
  return {
    address: server.address,
    async crash() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await start();
    },
    stop: () => server.stop(),
  };
}

/** A worker that is started again whenever it has ended, as by a supervisor. */
export async function supervise(environment: Readonly<Record<string, string>>) {
  let worker: KillableWorker | undefined = await startKillableWorker(environment);
  let isOver = false;
  const thaws = new Set<Promise<void>>();
  const told = new Set<KillableWorker>();
  const kept = (async () => {
    while (!isOver) {
      await worker?.gone;
      worker = undefined;
      // Without a server it does not start.
      if (!isOver) worker = await startKillableWorker(environment).catch(() => sleep(500).then(() => undefined));
    }
    await worker?.kill('group');
  })();

  function thawAfter(frozen: KillableWorker, ms: number): void {
    // It may be killed while it is frozen.
    const thaw = sleep(ms).then(() => frozen.thaw()).catch(() => undefined).finally(() => thaws.delete(thaw));
    thaws.add(thaw);
  }

  return {
    async kill(): Promise<void> {
      await worker?.kill('group');
    },
    freeze(forMs: number): void {
      if (!worker) return;
      worker.freeze();
      thawAfter(worker, forMs);
    },
    /** Answers what it was about to send, once it is; nothing, if it is killed before, or is to be frozen so already. */
    async freezeSending(forMs: number): Promise<string | undefined> {
      const frozen = worker;
      if (!frozen || told.has(frozen)) return undefined;
      told.add(frozen);
      const sending = await frozen.freezeSending();
      told.delete(frozen);
      if (sending !== undefined) thawAfter(frozen, forMs);
      return sending;
    },
    /** Resolves when nobody is frozen any more. */
    async awake(): Promise<void> {
      await Promise.all(thaws);
    },
    async end(): Promise<void> {
      isOver = true;
      await worker?.kill('group').catch(() => undefined);
      await kept;
    },
  };
}
