import { z } from 'zod';
import { flagValue } from '../../domain/flags/setting.ts';
import type { FlagSetting } from '../../domain/flags/setting.ts';
import { settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { neverRetry } from '../failures.ts';
import { addressOf, restService } from '../rest-service.ts';
import type { FoundFlag, FlagBackend, FlagBackends, FlagChange, FlagReading } from './backend.ts';
import { assertWritable, mustWrite, settled } from './change.ts';

const feature = z.object({ name: z.string(), gates: z.array(z.object({ key: z.string(), value: z.unknown() })) });

export interface GitLabSettings {
  readonly url: string;
  /** An administrator's, with the scope `api`. */
  readonly token: string;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
  /** How long each of GitLab's processes may keep a flag in memory, in ms. */
  readonly lagMs?: number | undefined;
}

/**
 * GitLab's own flags, by its Features API. One GitLab is one environment.
 * @see https://docs.gitlab.com/api/features
 */
export function connectGitLab({ url, token, timeoutMs, lagMs = 60_000 }: GitLabSettings): FlagBackend {
  const gitlab = restService({ name: 'GitLab', url, headers: { 'private-token': token }, timeoutMs });

  async function list(match: string): Promise<readonly FoundFlag[]> {
    const features = await gitlab.get('/api/v4/features', z.array(feature));
    if (!features) throw neverRetry('Refused', `${addressOf(url).base} has no Features API: is the address right?`, { reason: 'it is not shown' });
    return features
      .filter(({ name }) => name.includes(match))
      .map((found) => ({ name: found.name, reading: readGates(found) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The API has no route for a single feature. */
  async function read(flag: string): Promise<FlagReading> {
    const found = (await list(flag)).find(({ name }) => name === flag);
    return found?.reading ?? { kind: 'plain', setting: 'unset' };
  }

  async function set(change: FlagChange): Promise<FlagSetting> {
    assertWritable(change);
    const { flag, from, to } = change;
    const reading = await read(flag);
    // `true` outranks a percentage: the flag would stay on for everybody. Later versions refuse to try.
    const throughOff = from === true && typeof to === 'number';
    const isThere = !mustWrite(change, reading, throughOff ? [false] : []);
    // A read that lags may be from before the flag became `from`. What is written a second time changes nothing.
    if (isThere && lagMs === 0) return settled(change, reading);
    if (throughOff) await write(flag, false);
    return settled(change, await write(flag, to));
  }

  async function write(flag: string, to: FlagSetting): Promise<FlagReading> {
    const path = `/api/v4/features/${flag}`;
    if (to === 'unset') {
      await gitlab.send('DELETE', path);
      return { kind: 'plain', setting: 'unset' };
    }
    const form = new URLSearchParams({ value: String(to), ...(typeof to === 'number' && { key: 'percentage_of_actors' }) });
    return readGates(gitlab.parse(feature, await gitlab.send('POST', path, form)));
  }

  return { lagMs, list, read, set };
}

/** Only the gates that were set are told of, but for `boolean`, which always is. */
function readGates({ gates }: z.output<typeof feature>): FlagReading {
  const values = new Map(gates.map(({ key, value }) => [key, value]));
  const others = gates.filter(({ key, value }) => !['boolean', 'percentage_of_actors'].includes(key) && !isEmpty(value));
  if (others.length > 0) return { kind: 'custom', gates: others.map(({ key }) => key) };
  if (values.get('boolean') === true) return { kind: 'plain', setting: true };
  const percentage = values.get('percentage_of_actors') || false;
  const setting = flagValue.safeParse(percentage);
  return setting.success ? { kind: 'plain', setting: setting.data } : { kind: 'custom', gates: [`percentage_of_actors ${String(percentage)}`] };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === 0 || (Array.isArray(value) && value.length === 0);
}

/** Every environment has a GitLab of its own: production's is `GITLAB_URL_PRODUCTION`. */
export function fromEnvironment(variables: Variables): FlagBackends {
  return (environment) => {
    const suffix = environment.toUpperCase().replaceAll('-', '_');
    const [url, token] = [`GITLAB_URL_${suffix}`, `GITLAB_TOKEN_${suffix}`];
    try {
      const read = settings(variables, { [url]: z.url(), [token]: z.string().min(1) });
      const { GITLAB_FLAG_LAG_MS: lagMs } = settings(variables, { GITLAB_FLAG_LAG_MS: z.coerce.number().int().min(0).optional() });
      return connectGitLab({ url: read[url]!, token: read[token]!, lagMs });
    } catch (error) {
      throw neverRetry('PermissionDenied', `the worker has no access to the flags of ${environment}: ${(error as Error).message}`);
    }
  };
}
