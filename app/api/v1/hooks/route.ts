import { listVisibleHooks } from '#app/hooks/list-visible-hooks.ts';
import { answer } from '#app/http/answer.ts';
import { describeHook } from '#lib/hooks/describe-hook.ts';
import { lookAtHookToken } from '#lib/hooks/hook-token-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ hooks: [{ name, start, connection, to, signature, token, problem }] }`, of the connections that the caller may see. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const { config, repository } = await openWorkspace();
    const hooks = listVisibleHooks(config, identity).map(async (hook) =>
      describeHook(hook, await lookAtHookToken(repository, hook.name)),
    );
    return { hooks: await Promise.all(hooks) };
  });
}
