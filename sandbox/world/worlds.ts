import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGcs } from '../gcs/emulator.ts';
import { consequences } from '../github/consequences.ts';
import { buildGitaly } from '../scenarios/gitaly.ts';
import { buildMonitor } from '../scenarios/monitor.ts';
import { buildScratch } from '../scenarios/scratch.ts';
import { buildSourcegraph } from '../scenarios/sourcegraph.ts';
import type { SourcegraphOptions } from '../scenarios/sourcegraph.ts';
import { createWorld } from './new-world.ts';
import type { World } from './state.ts';

export interface WorldOptions {
  readonly name: string;
  readonly scenario: 'gitaly' | 'monitor' | 'sourcegraph' | 'scratch';
  readonly seed?: string | undefined;
  readonly pinnedBehind?: number | undefined;
  readonly released?: SourcegraphOptions['released'];
  readonly mirrorLagMs?: number | undefined;
  readonly latencyMs?: { readonly ci?: number | undefined; readonly run?: number | undefined; readonly deployment?: number | undefined } | undefined;
}

export interface Worlds {
  get(name: string): World | undefined;
  list(): readonly World[];
  /** @returns the world and what its scenario made, or undefined when the name is taken */
  create(options: WorldOptions): Promise<{ world: World; made: object } | undefined>;
  /** @returns false when there is no such world */
  remove(name: string): Promise<boolean>;
}

const scenarios = { gitaly: buildGitaly, monitor: buildMonitor, sourcegraph: buildSourcegraph, scratch: buildScratch };

const usualLatencyMs = { ci: 300, run: 300, deployment: 300 };

export function createWorlds({ dir, url, gcsProgram }: { dir: string; url: () => string; gcsProgram?: string | undefined }): Worlds {
  const worlds = new Map<string, World>();

  async function remove(name: string): Promise<boolean> {
    const world = worlds.get(name);
    if (world === undefined) return false;
    worlds.delete(name);
    world.holds.dropAll();
    world.clock.stop();
    await world.gcs.stop();
    // What is under way must not find its directory gone.
    await world.exclusively(() => rm(world.dir, { recursive: true, force: true, maxRetries: 3 }));
    return true;
  }

  return {
    get: (name) => worlds.get(name),
    list: () => [...worlds.values()],

    async create({ name, latencyMs, scenario, ...options }) {
      if (worlds.has(name)) return undefined;
      const latency = Object.fromEntries(Object.entries({ ...usualLatencyMs, ...latencyMs }).filter(([, ms]) => ms !== undefined));
      const world = createWorld({
        name, url: `${url()}/w/${name}`, dir: join(dir, name), latencyMs: latency as World['latencyMs'], consequences, gcs: createGcs(gcsProgram),
      });
      worlds.set(name, world);
      await rm(world.dir, { recursive: true, force: true });
      await mkdir(world.dir, { recursive: true });
      try {
        return { world, made: await scenarios[scenario](world, options) };
      } catch (error) {
        await remove(name);
        throw error;
      }
    },

    remove,
  };
}
