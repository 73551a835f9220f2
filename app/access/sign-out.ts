import { whoOf } from '#app/http/audited.ts';
import { type Caller, identify } from '#app/http/identify.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { cookieOfNone } from './session-response.ts';

/**
 * Ends a session, with its entry in the audit log, and answers the `Set-Cookie` header that takes it from the browser.
 * What cannot be logged is not done; who came by a token has no session, and nothing to be logged.
 * @throws StorageError, UnavailableError.
 */
export async function signOut(caller: Caller, headers: Headers): Promise<string> {
  if (caller.session !== null) {
    const { repository } = await openWorkspace({ create: true });
    await writeAudit(repository, { ...whoOf(caller), what: 'sign-out', object: null, outcome: 'accepted' });
  }
  return cookieOfNone(headers);
}

/** As `signOut`, of whoever sends these headers: a cookie that is no session any more is only taken away. */
export async function signOutBrowser(headers: Headers): Promise<string> {
  const caller = await identify(headers).catch((cause: unknown) => {
    if (cause instanceof RefusedError) return null;
    throw cause;
  });
  return caller === null ? cookieOfNone(headers) : signOut(caller, headers);
}
