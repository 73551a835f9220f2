import { audited } from '#app/http/audited.ts';
import { requireRightOf } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { describeIdentity } from '#lib/access/identity.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { requireHook } from '#lib/hooks/require-hook.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { forgetHookTokens } from './find-hook-token.ts';

/**
 * Changes the token of a hook for a caller, with its entry in the audit log; this process knows it at once.
 * @throws UsageError (`unknown_hook`, what `change` throws), RefusedError (rights), StorageError.
 */
export async function changeHookToken<T>(
  caller: Caller,
  { name, what }: { name: string; what: string },
  change: (about: Workspace & { hook: Hook; by: string }) => Promise<T>,
): Promise<T> {
  const workspace = await openWorkspace({ create: true });
  const hook = requireHook(workspace.config.hooks, name);
  const connections = [hook.connection, ...(hook.to === null ? [] : [hook.to])];
  await requireRightOf(caller, { action: 'hooks', connections });
  return audited(caller, { what, object: name }, async () => {
    const changed = await change({ ...workspace, hook, by: describeIdentity(caller.identity) });
    forgetHookTokens();
    return changed;
  });
}
