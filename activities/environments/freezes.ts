import type { Catalog } from '../../domain/catalog.ts';
import type { FreezeWindow } from '../../domain/environments/freeze.ts';
import type { Ports } from '../../ports/ports.ts';
import { freezeWindows } from '../../domain/environments/calendar.ts';
import { serverTime } from '../server-time.ts';

/** How far ahead the calendar is told, in ms; every claim tells it anew. */
const horizon = 60 * 86_400_000;

/** When an environment is frozen by the catalog. */
export function windowsOf({ environments }: Catalog, name: string, ms = horizon): FreezeWindow[] {
  const environment = environments[name];
  const now = serverTime();
  return environment ? freezeWindows(environment.freezes, environment.timeZone, { from: now, to: now + ms }) : [];
}

/** Why an environment is frozen now, by the calendar or by an operator; undefined if it is not. */
export async function freezeOf({ catalog, environments }: Pick<Ports, 'catalog' | 'environments'>, name: string): Promise<string | undefined> {
  const [window] = windowsOf(await catalog.read(), name, 1);
  if (window) return `${name} is frozen until ${window.to}: ${window.reason}`;
  const frozen = await environments.frozen(name);
  return frozen && `${name} is frozen${frozen.by ? ` by ${frozen.by}` : ''}${frozen.until ? ` until ${frozen.until}` : ''}: ${frozen.reason}`;
}
