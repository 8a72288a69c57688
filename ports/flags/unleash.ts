import { z } from 'zod';
import { exposure, flagValue } from '../../domain/flags/setting.ts';
import type { FlagSetting, FlagValue } from '../../domain/flags/setting.ts';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { neverRetry } from '../failures.ts';
import { restService } from '../rest-service.ts';
import type { RestService } from '../rest-service.ts';
import type { FoundFlag, FlagBackend, FlagBackends, FlagChange, FlagReading } from './backend.ts';
import { assertWritable, mustWrite, settled } from './change.ts';

export interface UnleashSettings {
  readonly url: string;
  /** May create flags, and update strategies and turn flags on and off in this environment. */
  readonly token: string;
  readonly project: string;
  readonly environment: string;
  /** By which property of its context a client's actors are told apart: "default", "userId", "sessionId", … */
  readonly stickiness?: string | undefined;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

const strategy = z.object({
  id: z.string(),
  name: z.string(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  constraints: z.array(z.unknown()).nullish(),
  segments: z.array(z.unknown()).nullish(),
  disabled: z.boolean().nullish(),
});

const environment = z.object({ name: z.string(), enabled: z.boolean(), strategies: z.array(strategy) });
const feature = z.object({ environments: z.array(environment) });
const page = z.object({ features: z.array(z.object({ name: z.string() })), total: z.number() });

type Environment = z.output<typeof environment>;

const pageSize = 100;

/**
 * Unleash, by its admin API. A percentage is the one strategy `flexibleRollout`, `true` the strategy `default` ("standard"), off is the
 * flag turned off in the environment, whatever its strategy. docs/flags.md has the whole mapping.
 */
export function connectUnleash({ url, token, project, environment: target, stickiness = 'default', timeoutMs }: UnleashSettings): FlagBackend {
  const unleash = restService({ name: 'Unleash', url, headers: { authorization: token }, timeoutMs });
  const features = `/api/admin/projects/${encodeURIComponent(project)}/features`;
  const inTarget = (flag: string) => `${features}/${flag}/environments/${encodeURIComponent(target)}`;

  /** @returns undefined for a flag that does not exist */
  async function find(flag: string): Promise<Environment | undefined> {
    const found = await unleash.get(`${features}/${flag}`, feature);
    const here = found?.environments.find(({ name }) => name === target);
    if (found && !here) throw neverRetry('Refused', `Unleash: the project "${project}" has no environment "${target}"`, { reason: 'it is not shown' });
    return here;
  }

  async function read(flag: string): Promise<FlagReading> {
    return readStrategies(await find(flag));
  }

  async function list(match: string): Promise<readonly FoundFlag[]> {
    const names = await namesIn(unleash, project, match);
    const flags: FoundFlag[] = [];
    for (const name of names) flags.push({ name, reading: await read(name) });
    return flags;
  }

  async function set(change: FlagChange): Promise<FlagSetting> {
    assertWritable(change);
    const { flag, from, to } = change;
    const found = await find(flag);
    const reading = readStrategies(found);
    if (mustWrite(change, reading, from === 'unset' ? [false] : [])) await write(flag, to, found);
    return settled(change, await read(flag));
  }

  async function write(flag: string, to: FlagSetting, found: Environment | undefined): Promise<void> {
    const { send } = unleash;
    if (!found) await send('POST', features, { name: flag, type: 'release' });
    if (to === 'unset' || to === false) {
      if (found?.enabled) await send('POST', `${inTarget(flag)}/off`);
      return;
    }
    // The strategy comes first: a flag that is turned on without one is on for everybody.
    const [present] = found?.strategies ?? [];
    const wanted = { ...strategyFor(flag, to, stickiness), constraints: [], segments: [] };
    await (present
      ? send('PUT', `${inTarget(flag)}/strategies/${present.id}`, wanted)
      : send('POST', `${inTarget(flag)}/strategies`, wanted));
    if (!found?.enabled) await send('POST', `${inTarget(flag)}/on`);
  }

  // It reads from its database.
  return { lagMs: 0, list, read, set };
}

async function namesIn(unleash: RestService, project: string, match: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const query = new URLSearchParams({ project: `IS:${project}`, offset: String(offset), limit: String(pageSize), ...(match && { query: match }) });
    const found = await unleash.get(`/api/admin/search/features?${query}`, page);
    names.push(...(found?.features.map(({ name }) => name) ?? []));
    if (!found || offset + pageSize >= found.total) break;
  }
  // The search also looks into descriptions and tags.
  return names.filter((name) => name.includes(match)).toSorted();
}

function strategyFor(flag: string, to: FlagValue, stickiness: string): { name: string; parameters: Record<string, string> } {
  if (to === true) return { name: 'default', parameters: {} };
  return { name: 'flexibleRollout', parameters: { rollout: String(exposure(to)), stickiness, groupId: flag } };
}

function readStrategies(found: Environment | undefined): FlagReading {
  if (!found) return { kind: 'plain', setting: 'unset' };
  const [only, ...more] = found.strategies;
  const custom = found.strategies.filter((one) => !isPlain(one));
  if (custom.length > 0 || more.length > 0) return { kind: 'custom', gates: found.strategies.map(({ name }) => name) };
  if (!found.enabled) return { kind: 'plain', setting: false };
  if (!only || only.name === 'default') return { kind: 'plain', setting: true };
  const rollout = Number(only.parameters?.['rollout']);
  const setting = flagValue.safeParse(rollout === 0 ? false : rollout);
  return setting.success ? { kind: 'plain', setting: setting.data } : { kind: 'custom', gates: [`flexibleRollout ${String(only.parameters?.['rollout'])} %`] };
}

function isPlain({ name, constraints, segments, disabled }: z.output<typeof strategy>): boolean {
  return ['flexibleRollout', 'default'].includes(name) && !constraints?.length && !segments?.length && !disabled;
}

/** Unleash's environments are called as Slipway's are. */
export function fromEnvironment(variables: Variables): FlagBackends {
  const read = settings(variables, {
    UNLEASH_URL: z.url(),
    UNLEASH_TOKEN: z.string().min(1),
    UNLEASH_PROJECT: z.string().min(1).default('default'),
    UNLEASH_STICKINESS: z.string().min(1).optional(),
  });
  return (environment) =>
    connectUnleash({
      url: read.UNLEASH_URL,
      token: read.UNLEASH_TOKEN,
      project: read.UNLEASH_PROJECT,
      environment,
      stickiness: read.UNLEASH_STICKINESS,
    });
}
