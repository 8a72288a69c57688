import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { unknownName } from '../domain/text/nearest-name.ts';
import { noteSecret } from './renewed-secrets.ts';

/** The variables of the worker's process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a file exports to be an adapter of a port, besides its line in the barrel of the port's folder. */
export interface Adapter<Port> {
  /** Connects as the worker's environment says. Throws an Error that names what is missing. */
  fromEnvironment(environment: Variables): Port;
}

/**
 * Connects the adapter called `name`.
 *
 * @param adapters the barrel of the port's folder: its exports are the names that are known
 * @throws an Error that names the nearest one, and lists them all
 */
export function connectAdapter<Port>(port: string, adapters: Readonly<Record<string, Adapter<Port>>>, name: string, environment: Variables): Port {
  const adapter = Object.hasOwn(adapters, name) ? adapters[name] : undefined;
  if (!adapter) throw new Error(unknownName(port, name, Object.keys(adapters)));
  return adapter.fromEnvironment(environment);
}

/**
 * An adapter's own variables; an empty one counts as missing. Instead of any of them, the same name with `_FILE` may name a file that
 * holds the value, as secrets are often handed over. Throws an Error that names every variable that is wrong.
 */
export function settings<Shape extends z.ZodRawShape>(environment: Variables, shape: Shape): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.keys(shape).map((name) => [name, environment[name] || fileOf(name, environment)]));
  const { success, data, error } = z.object(shape).safeParse(given);
  if (!success) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return data;
}

/**
 * A secret that may be renewed in its file while the process runs: the way to get the present one. Undefined where neither `name` nor
 * `<name>_FILE` is set.
 */
export function secret(environment: Variables, name: string): (() => string) | undefined {
  const given = environment[name];
  if (given) return () => given;
  if (fileOf(name, environment) === undefined) return undefined;
  return () => {
    const present = fileOf(name, environment);
    if (!present) throw new Error(`${name}_FILE: is empty`);
    noteSecret(present);
    return present;
  };
}

function fileOf(name: string, environment: Variables): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    throw new Error(`${name}_FILE: ${error instanceof Error ? error.message : String(error)}`);
  }
}
