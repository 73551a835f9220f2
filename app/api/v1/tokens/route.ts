import { forgetTokens } from '#app/access/token-cache.ts';
import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import { readJson } from '#app/http/read-body.ts';
import { listShownTokens } from '#app/settings/list-shown-tokens.ts';
import { tokenRequestSchema, withoutHash } from '#lib/access/api-token.ts';
import { describeIdentity } from '#lib/access/identity.ts';
import { createToken } from '#lib/access/token-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/**
 * `{ tokens: [{ id, name, role, scope, state, createdAt, createdBy, expiresAt, revokedAt, revokedBy, lastUsedAt }],
 * unreadable: [{ id, problem }] }`.
 */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'manage-tokens' }, async () => {
    const { repository } = await openWorkspace();
    return listShownTokens(repository);
  });
}

const hint = 'Send {"name": "ci", "role": "operator", "connections": ["production"], "expiresIn": "90d"}.';

/** Makes a token and answers 201 `{ token, secret }`; `secret` is shown this once. */
export function POST(request: Request): Promise<Response> {
  return answer(request, { action: 'manage-tokens', status: 201 }, async (caller) => {
    const wanted = await readJson(request, tokenRequestSchema, hint);
    const { name, role, connections, expiresIn } = wanted;
    const detail = { role, connections: connections?.join(', ') ?? null, expiresIn };
    return audited(caller, { what: 'create-token', object: name, detail }, async () => {
      const { repository } = await openWorkspace();
      const { token, text } = await createToken(repository, wanted, { by: describeIdentity(caller.identity) });
      forgetTokens();
      return { token: { ...withoutHash(token), state: 'active', lastUsedAt: null }, secret: text };
    });
  });
}
