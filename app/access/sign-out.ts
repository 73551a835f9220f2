import { whoOf } from '#app/http/audited.ts';
import { type Caller, identify } from '#app/http/identify.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { cookieOfNone } from './session-response.ts';

/**
 * Ends a session, with its entry in the audit log, and answers the `Set-Cookie` header that takes it from the browser.
 * Who came by a token has no session, and nothing to be logged.
 */
export async function signOut(caller: Caller, headers: Headers): Promise<string> {
  if (caller.session !== null) await noteSignOut(caller);
  return cookieOfNone(headers);
}

/** As `signOut`, of whoever sends these headers: a cookie that is no session any more is only taken away. */
export async function signOutBrowser(headers: Headers): Promise<string> {
  const caller = await identify(headers).catch((cause: unknown) => {
    if (cause instanceof HoldfastError) return null;
    throw cause;
  });
  return caller === null ? cookieOfNone(headers) : signOut(caller, headers);
}

/** Unlike all else a sign-out is done where it cannot be logged: a session that nobody can end is the greater danger. */
async function noteSignOut(caller: Caller): Promise<void> {
  try {
    const { repository } = await openWorkspace({ create: true });
    await writeAudit(repository, { ...whoOf(caller), what: 'sign-out', object: null, outcome: 'accepted' });
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    console.error(`holdfast: a sign-out of ${caller.identity.name} is not in the audit log: ${cause.message}`);
  }
}
