import { audited, noteRefusal, whoOf } from '#app/http/audited.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { describeIdentity } from '#lib/access/identity.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { requireHook } from '#lib/hooks/require-hook.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { forgetHookTokens } from './find-hook-token.ts';
import { listVisibleHooks } from './list-visible-hooks.ts';

/**
 * Changes the token of a hook for a caller, with its entry in the audit log; this process knows it at once. Who is
 * limited to other connections is not told that there is such a hook.
 * @throws UsageError (`unknown_hook`, what `change` throws), RefusedError (rights), StorageError.
 */
export async function changeHookToken<T>(
  caller: Caller,
  { name, what }: { name: string; what: string },
  change: (about: Workspace & { hook: Hook; by: string }) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace({ create: true });
  const seen = new Map(listVisibleHooks(workspace.config, caller.identity).map((hook) => [hook.name, hook]));
  if (workspace.config.hooks.has(name) && !seen.has(name)) {
    await noteRefusal({ ...whoOf(caller), what, object: name }, 'out_of_scope');
  }
  const hook = requireHook(seen, name);
  const connections = [hook.connection, ...(hook.to === null ? [] : [hook.to])];
  await requireRightOf(caller, { action: 'hooks', connections });
  return audited(caller, { what, object: name }, async () => {
    const changed = await change({ ...workspace, hook, by: describeIdentity(caller.identity) });
    forgetHookTokens();
    return changed;
  });
}
