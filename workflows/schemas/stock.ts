import type { SchemaRefusal, Stock } from '../../activities/schemas/stock.ts';
import type { SchemaRelease } from './session.ts';
import { Stop } from '../release/stop.ts';

/** Looks at the bucket and the release's commit: whether this version may be released, and from what. */
export async function stockTaken({ plan, key, work, wakeable }: SchemaRelease): Promise<Stock> {
  return accepted(await wakeable(() => work.takeStock({ plan, key }, `look into ${plan.rules.bucket}`)));
}

/** An answer that is no refusal. One that is ends the release. */
export function accepted<T extends { readonly kind: string }>(answer: T | SchemaRefusal): Exclude<T, SchemaRefusal> {
  if (answer.kind !== 'refused') return answer as Exclude<T, SchemaRefusal>;
  const { reason, names } = answer as SchemaRefusal;
  throw new Stop({ kind: 'schemasRefused', reason, names });
}
