import { z } from 'zod';
import type { Contradiction } from '../../text/contradiction.ts';
import { workflowFile } from '../../text/names.ts';
import { unknownName } from '../../text/nearest-name.ts';

/** What `inputs` may use, in braces. */
const placeholders = ['component', 'candidate', 'sha', 'version', 'stage', 'environment', 'key', 'fence', 'attempt', 'exposure'] as const;

export const rule = z.strictObject({
  kind: z.literal('workflow'),
  workflow: workflowFile,
  inputs: z.record(z.string(), z.string()).prefault({}).describe(`May use ${placeholders.map((name) => `{${name}}`).join(', ')}. One must carry {key}, and the run name must show it.`),
});

export function* contradictions({ inputs }: z.output<typeof rule>): Generator<Contradiction> {
  for (const [input, template] of Object.entries(inputs)) {
    for (const [, found = ''] of template.matchAll(/\{(\w+)\}/g)) {
      if (!placeholders.some((name) => name === found)) yield { path: ['inputs', input], message: unknownName('placeholder', found, placeholders) };
    }
  }
  if (!Object.values(inputs).some((template) => template.includes('{key}'))) {
    yield { path: ['inputs'], message: 'one input must carry {key}, by which a lost run is found again' };
  }
}
