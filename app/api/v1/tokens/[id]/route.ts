import { forgetTokens } from '#app/access/token-cache.ts';
import { answer } from '#app/http/answer.ts';
import { audited } from '#app/http/audited.ts';
import { stateOf, withoutHash } from '#lib/access/api-token.ts';
import { describeIdentity } from '#lib/access/identity.ts';
import { requireToken, revokeToken } from '#lib/access/token-store.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Revokes a token for good and answers it; sessions that began with it end too. */
export function DELETE(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answer(request, { action: 'manage-tokens' }, async (caller) => {
    const { repository } = await openWorkspace();
    const { id, name } = await requireToken(repository, (await params).id);
    return audited(caller, { what: 'revoke-token', object: id, detail: { name } }, async () => {
      const token = await revokeToken(repository, id, { by: describeIdentity(caller.identity) });
      forgetTokens();
      return { token: { ...withoutHash(token), state: stateOf(token, Date.now()) } };
    });
  });
}
