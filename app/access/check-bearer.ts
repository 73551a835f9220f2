import type { ApiToken } from '#lib/access/api-token.ts';
import { checkToken } from '#lib/access/check-token.ts';
import type { Identity } from '#lib/access/identity.ts';
import { isSameText } from '#lib/access/same-text.ts';
import { parseTokenText } from '#lib/access/token-text.ts';
import { noteTokenUse } from '#lib/access/token-use.ts';
import type { Environment } from '#lib/config/environment.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { processState } from '#lib/process/process-state.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { findCached } from './token-cache.ts';

export const environmentIdentity: Identity = {
  ...{ kind: 'environment', id: null, name: 'HOLDFAST_TOKEN', role: 'admin', scope: null },
};

/**
 * Who a token stands for: the value of `HOLDFAST_TOKEN`, or a token of the repository.
 * @throws RefusedError (`token_wrong`, `token_expired`, `token_revoked`), and what stands in the way of the repository.
 */
export async function checkBearer(text: string, environment: Environment): Promise<Identity> {
  const own = environment['HOLDFAST_TOKEN'] ?? '';
  if (own !== '' && isSameText(text, own)) return environmentIdentity;
  // What cannot be a token is not worth a look into the repository.
  if (parseTokenText(text) === undefined) {
    throw new RefusedError('The token is not one that is known here.', {
      code: 'token_wrong',
      hint: 'Give the value of HOLDFAST_TOKEN, or a token (hf_...) that `holdfast token create` has made.',
    });
  }
  const { repository } = await openWorkspace();
  const token = await checkToken(findCached(repository), text);
  const known = processState('token-uses', () => new Map<string, number>());
  await noteTokenUse(repository, token.id, { known }).catch((cause: unknown) => {
    // When it was last used is told to the hour: a store that is full or slow must not keep a good token out.
    if (!(cause instanceof HoldfastError)) throw cause;
  });
  return identityOfToken(token);
}

/** Who a token is, as it stands in the repository now. */
export function identityOfToken({ id, name, role, scope }: ApiToken): Identity {
  return { kind: 'token', id, name, role, scope };
}
