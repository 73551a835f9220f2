import type { Hook } from '#lib/config/resolve-hooks.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

/** The hook of a name. @throws UsageError (`unknown_hook`) that names those of the config. */
export function requireHook(hooks: ReadonlyMap<string, Hook>, name: string): Hook {
  const hook = hooks.get(name);
  if (hook !== undefined) return hook;
  const known = [...hooks.keys()].join(', ');
  throw new UsageError(`The config names no hook ${JSON.stringify(name)}.`, {
    code: 'unknown_hook',
    hint: `Known: ${known === '' ? 'none' : known}. Write hooks: { ${/^[a-z-]+$/.test(name) ? name : 'deploy'}: { start: 'backup', connection: 'production' } } into it.`,
  });
}
