import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { adaptiveLimit } from './adaptive-limit.ts';
import type { Artifact, ArtifactStore } from './store.ts';

export interface ReadArtifact {
  readonly artifact: Artifact;
  readonly content: Buffer;
}

export interface ReadSettings {
  /** Requests at once when the store bears it. */
  readonly concurrency?: number;
  /** Bytes held at once, at most, however slowly they are taken. A larger artifact is read alone. */
  readonly windowBytes?: number;
  /** Attempts for one artifact, and the pause before the second, in ms; doubled from there. */
  readonly attempts?: number;
  readonly backoffMs?: number;
}

/**
 * Reads many artifacts at once and yields them one by one in the order given, whatever order they arrive in. What the store
 * refuses for now is asked for again, more slowly; anything else fails the whole.
 */
export async function* readInOrder(store: ArtifactStore, artifacts: readonly Artifact[], settings: ReadSettings = {}): AsyncGenerator<ReadArtifact> {
  const { concurrency = 32, windowBytes = 64 * 1024 * 1024, attempts = 6, backoffMs = 250 } = settings;
  const limit = adaptiveLimit({ most: concurrency, overload });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);

  async function read(artifact: Artifact): Promise<Buffer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await limit.run(() => store.read(artifact, stop.signal));
      } catch (failure) {
        if (stop.signal.aborted || attempt === attempts || !overload(failure)) throw failure;
        await sleep(backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal: stop.signal });
      }
    }
  }

  const window: { readonly artifact: Artifact; readonly content: Promise<Buffer> }[] = [];
  const ahead = concurrency * 4;
  let next = 0;
  let bytes = 0;

  function fill(): void {
    for (let artifact = artifacts[next]; artifact; artifact = artifacts[next]) {
      const full = window.length >= ahead || bytes + artifact.size > windowBytes;
      if (full && window.length > 0) return;
      const content = read(artifact);
      // It may fail long before its turn comes.
      content.catch(() => undefined);
      window.push({ artifact, content });
      bytes += artifact.size;
      next += 1;
    }
  }

  try {
    for (fill(); window.length > 0; fill()) {
      const { artifact, content } = window[0]!;
      yield { artifact, content: await content };
      window.shift();
      bytes -= artifact.size;
    }
  } finally {
    stop.abort();
  }
}

/** Failures that show the store overloaded, and soon to recover. Longer pauses are Temporal's to wait for. */
function overload(failure: unknown): { pauseMs: number } | undefined {
  if (!(failure instanceof ApplicationFailure)) return undefined;
  const pauseMs = Number(failure.nextRetryDelay ?? 0);
  const passing = failure.type === 'Unavailable' || failure.type === 'RateLimited';
  return passing && pauseMs <= 30_000 ? { pauseMs } : undefined;
}
