import { z } from 'zod';
import type { Contradiction } from '../../text/contradiction.ts';

export const rule = z.strictObject({ kind: z.literal('deployment') });

export function contradictions(): Iterable<Contradiction> {
  return [];
}
