/**
 * A schema that is made when something is first read by it. Modules are frozen that all workflows share (`workflows/preloaded.ts`), and a schema remembers things about
 * itself: what is made later can't be reached from a module, and stays as it is.
 */
export function deferred<Schema extends object>(make: () => Schema): Schema {
  let made: Schema | undefined;
  const schema = () => (made ??= make());
  return new Proxy({} as Schema, {
    get: (_, key) => Reflect.get(schema(), key) as unknown,
    has: (_, key) => Reflect.has(schema(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(schema()),
    // Not to be frozen.
    preventExtensions: () => false,
  });
}
