import type { Components } from '../ports/temporal/components.ts';
import type { Objections } from '../domain/people/objection.ts';

/** Components that people object to as is said, or not at all. */
export function componentsWith(objections?: Partial<Objections>): Components {
  const never = (): never => {
    throw new Error('nobody should ask for this');
  };
  return { objections: async () => objections && { at: 1, vetoes: [], ...objections }, endedRecord: never, object: never, tell: never };
}
