/**
 * Something that lives as long as the process, made on first use. It hangs on globalThis because Next.js bundles
 * `instrumentation.ts`, `proxy.ts` and each route with a copy of this module of their own. For the same reason what is
 * kept here should be plain data: a class of one copy is no `instanceof` of another one's.
 */
export function processState<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`holdfast.${name}`);
  const known: T | undefined = Reflect.get(globalThis, key);
  if (known !== undefined) return known;
  const made = make();
  Reflect.set(globalThis, key, made);
  return made;
}
