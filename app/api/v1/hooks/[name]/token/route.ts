import { changeHookToken } from '#app/hooks/change-hook-token.ts';
import { answer } from '#app/http/answer.ts';
import { readJson } from '#app/http/read-body.ts';
import { ownOrigin } from '#app/http/same-origin.ts';
import { describeHook } from '#lib/hooks/describe-hook.ts';
import { createHookToken, revokeHookToken, rotateHookToken } from '#lib/hooks/hook-token-store.ts';
import { hookTokenBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

interface Context {
  params: Promise<{ name: string }>;
}

const hint = 'Send {}, or {"rotate": true} for another token in the place of the one there is.';

/** Makes the token of a hook and answers 201 `{ hook, url, secret }`; `url` and `secret` are told this once. */
export function POST(request: Request, { params }: Context): Promise<Response> {
  return answer(request, { action: 'hooks', connections: 'later', status: 201 }, async (caller) => {
    const { rotate = false } = await readJson(request, hookTokenBody, hint);
    const { name } = await params;
    const what = rotate ? 'rotate-hook' : 'create-hook';
    return changeHookToken(caller, { name, what }, async ({ config, repository, hook, by }) => {
      const make = rotate ? rotateHookToken : createHookToken;
      const { token, text } = await make(repository, hook.name, { by });
      const url = `${ownOrigin(request.headers, config.access)}/api/hooks/${hook.name}?token=${text}`;
      return { hook: describeHook(hook, { token }), url, secret: text };
    });
  });
}

/** Revokes the token of a hook and answers `{ hook }`; signed webhooks still open it. */
export function DELETE(request: Request, { params }: Context): Promise<Response> {
  return answer(request, { action: 'hooks', connections: 'later' }, async (caller) => {
    const { name } = await params;
    return changeHookToken(caller, { name, what: 'revoke-hook' }, async ({ repository, hook, by }) => ({
      hook: describeHook(hook, { token: await revokeHookToken(repository, hook.name, { by }) }),
    }));
  });
}
