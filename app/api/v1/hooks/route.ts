import { answer } from '#app/http/answer.ts';
import { isInScope } from '#lib/access/identity.ts';
import { describeHook } from '#lib/hooks/describe-hook.ts';
import { lookAtHookToken } from '#lib/hooks/hook-token-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** `{ hooks: [{ name, start, connection, to, signature, token, problem }] }`, of the connections that the caller may see. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => {
    const { config, repository } = await openWorkspace();
    const seen = [...config.hooks.values()].filter(({ connection, to }) => isInScope(identity, [connection, to]));
    const hooks = seen.map(async (hook) => describeHook(hook, await lookAtHookToken(repository, hook.name)));
    return { hooks: await Promise.all(hooks) };
  });
}
