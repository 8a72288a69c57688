import { z } from 'zod';
import { unknownName } from '../domain/nearest-name.ts';

/** The variables of the worker's process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a file exports to be an adapter of a port, besides its line in the barrel of the port's folder. */
export interface Adapter<Port> {
  /** Connects as the worker's environment says. Throws an Error that names what is missing. */
  fromEnvironment(environment: Environment): Port;
}

/**
 * Connects the adapter called `name`.
 *
 * @param adapters the barrel of the port's folder: its exports are the names that are known
 * @throws an Error that names the nearest one, and lists them all
 */
export function connectAdapter<Port>(port: string, adapters: Readonly<Record<string, Adapter<Port>>>, name: string, environment: Environment): Port {
  const adapter = Object.hasOwn(adapters, name) ? adapters[name] : undefined;
  if (!adapter) throw new Error(unknownName(port, name, Object.keys(adapters)));
  return adapter.fromEnvironment(environment);
}

/** An adapter's own variables; an empty one counts as missing. Throws an Error that names every variable that is wrong. */
export function settings<Shape extends z.ZodRawShape>(environment: Environment, shape: Shape): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { success, data, error } = z.object(shape).safeParse(given);
  if (!success) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return data;
}
