import { z } from 'zod';
import { catalogSchema } from './catalog.ts';

/** The JSON Schema of `slipway.yaml`, for editors. What spans several places (names that must exist) only `slipway validate` knows. */
export function catalogJsonSchema(): object {
  return { ...z.toJSONSchema(catalogSchema, { io: 'input' }), title: 'Slipway catalog' };
}
