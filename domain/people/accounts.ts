import { z } from 'zod';
import { login } from '../text/names.ts';
import type { Contradiction } from '../text/contradiction.ts';

/** Who is who at the login server by which people come to the console: see docs/catalog.md */
export const accounts = z
  .strictObject({
    claim: z.string().regex(/^[\w:/.-]{1,200}$/, 'must be the name of a claim').default('sub').describe('What the login server says of people by which they are known. "sub" can not be changed by them.'),
    logins: z.record(login, z.string().min(1).max(200)).describe('By login: the value of the claim. Nobody else can act.'),
  })
  .describe('Who is who at the login server of the page where people decide.');
export type Accounts = z.output<typeof accounts>;

/** One account is one person's. */
export function* accountContradictions({ logins }: Accounts): Generator<Contradiction> {
  const owners = new Map<string, string>();
  for (const [owner, value] of Object.entries(logins)) {
    const other = owners.get(value);
    if (other !== undefined) yield { path: ['logins', owner], message: `is ${other}'s account, too` };
    owners.set(value, owner);
  }
}

/** Whose account it is. */
export function ownerOf({ logins }: Accounts, value: string): string | undefined {
  return Object.entries(logins).find(([, account]) => account === value)?.[0];
}
