import type { FlagRules } from '../../domain/flags/rules.ts';
import type { CodeQuestion } from '../environments/deployed-code.ts';
import { lack, readDeployedCode } from '../environments/deployed-code.ts';
import { freezeOf } from '../environments/freezes.ts';
import { notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';

export interface Raise {
  readonly environment: string;
  readonly incidents?: FlagRules['incidents'];
  /** The code without which the flag means nothing. */
  readonly code?: CodeQuestion;
}

/** What keeps a flag from being raised: a freeze of its environment, code that is not there any more, an open incident. */
export function createHindrances(ports: Pick<Ports, 'catalog' | 'forge' | 'environments'>) {
  const read = readDeployedCode(ports);

  /** Looks once; undefined if nothing stands in the way. */
  async function hindrance({ environment, incidents, code }: Raise): Promise<string | undefined> {
    const why = (await freezeOf(ports, environment)) ?? (code && lack(code, await read(code)));
    if (why || !incidents) return why;
    const [incident] = await ports.forge.issues.list(incidents.repository, [incidents.label]);
    return incident && `the incident ${incident.url} is open`;
  }

  /** Looks once. @throws `NotYet` while something stands in the way */
  async function unhindered(raise: Raise): Promise<void> {
    const why = await hindrance(raise);
    if (why !== undefined) throw notYet(why);
  }

  return { hindrance, unhindered };
}
