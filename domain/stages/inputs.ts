import type { Mechanism } from './rules.ts';

/** A mechanism with the placeholders of its inputs filled in, where it has any. */
export function fillInputs<M extends Mechanism>(mechanism: M, values: Readonly<Record<string, string>>): M {
  if (!('inputs' in mechanism)) return mechanism;
  const fill = (template: string) => template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  return { ...mechanism, inputs: Object.fromEntries(Object.entries(mechanism.inputs).map(([name, template]) => [name, fill(template)])) };
}
