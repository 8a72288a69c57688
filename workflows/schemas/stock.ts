import type { Stock } from '../../activities/schemas/stock.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import type { SchemaRelease } from './session.ts';
import { Stop } from '../release/stop.ts';

/**
 * Looks at the bucket and at a commit (the plan's candidate, if none is given): whether this version may be released, and from what. Another version's
 * upload that is under way is waited for, and people are told.
 */
export async function takeStock({ plan, key, status, work, reporter, wakes }: SchemaRelease, from?: Sha): Promise<Stock> {
  const given = { plan, key, ...(from !== undefined && { from }) };
  const look = (waits?: true) => wakes.wakeable(() => work.takeStock({ ...given, ...(waits && { waits }) }, `look into ${plan.rules.bucket}`));
  const seen = accepted(await look());
  if (seen.kind === 'ready') return seen;
  const { versions, missing, until } = seen;
  const what = `the upload of ${versions.join(', ')}, which lacks ${missing.join(', ')}`;
  status.enter('gathering', { waitingFor: { what: `${what}; until ${until}` } });
  reporter.tell({ name: 'under-way', line: `waits for ${what}: until ${until} it may be under way` });
  const stock = accepted(await look(true));
  if (stock.kind === 'ready') return stock;
  throw new Error('what is under way is waited for');
}

/** An answer that is no refusal. One that is ends the release. */
export function accepted<T extends { readonly kind: string }>(answer: T | SchemaRefusal): Exclude<T, SchemaRefusal> {
  if (answer.kind !== 'refused') return answer as Exclude<T, SchemaRefusal>;
  const { reason, names } = answer as SchemaRefusal;
  throw new Stop({ kind: 'schemasRefused', reason, names });
}
