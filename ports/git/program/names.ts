import { branch, sha } from '../../../domain/text/names.ts';
import { neverRetry } from '../../failures.ts';
import type { RefMove } from '../git.ts';

/** The full name of a ref that git may be given. @throws `InvalidInput` for what could be an option, a range or another place */
export function refName(ref: RefMove['ref']): string {
  const [folder, name] = 'branch' in ref ? (['heads', ref.branch] as const) : (['tags', ref.tag] as const);
  const read = branch.safeParse(name);
  if (!read.success) throw neverRetry('InvalidInput', `${JSON.stringify(name)} is no name of a ${'branch' in ref ? 'branch' : 'tag'} that Slipway uses`);
  return `refs/${folder}/${name}`;
}

/** @throws `InvalidInput` for what is no full SHA */
export function assertShas(...names: readonly (string | undefined)[]): void {
  for (const name of names) {
    if (name !== undefined && !sha.safeParse(name).success) throw neverRetry('InvalidInput', `${JSON.stringify(name)} is no full commit SHA`);
  }
}
