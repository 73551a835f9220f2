import { cookieOf, redirectTo } from '#app/access/session-response.ts';
import { beginSession, noteFailedSignIn } from '#app/access/sign-in.ts';
import { countSignIn, noteCameIn } from '#app/http/attempt-limits.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { isSecure } from '#app/http/is-secure.ts';
import { ownOrigin } from '#app/http/same-origin.ts';
import { finishOidcSignIn } from '#app/oidc/finish-sign-in.ts';
import { flowCookieName, noFlowCookie, takeFlow } from '#app/oidc/flow.ts';
import { readCookie } from '#app/session/session-cookie.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Takes the browser back from the identity provider. */
export async function GET(request: Request): Promise<Response> {
  const clear = noFlowCookie(await isSecure(request.headers));
  const { access, stateFolder } = await loadConfig();
  const { oidc } = access;
  if (oidc === null) return redirectTo('/sign-in', [clear]);
  const address = clientAddress(request.headers, access.trustedProxies);
  try {
    const attempt = await countSignIn(address);
    const secret = await readSessionSecret(readEnvironment(), stateFolder);
    const flow = await takeFlow(readCookie(request.headers, flowCookieName), secret);
    if (flow === undefined) throw new RefusedError('There is no sign-in to go on with.', stale);
    // The address the provider was given, and not the one this request happens to have behind a proxy.
    const callback = `${ownOrigin(request.headers, access)}/sign-in/oidc/callback`;
    const answer = new URL(`${callback}${new URL(request.url).search}`);
    const { identity, name, subject } = await finishOidcSignIn(oidc, { answer, flow });
    if (identity === null) {
      await noteFailedSignIn({ by: 'oidc', name, address, code: 'no_role' });
      return redirectTo('/sign-in?problem=no_role', [clear]);
    }
    const { session } = await beginSession({ identity, address }, subject);
    await attempt.withdraw();
    noteCameIn(address, identity);
    return redirectTo(flow.next, [clear, await cookieOf(session, request.headers)]);
  } catch (cause) {
    return refuse(cause, { address, clear });
  }
}

const stale = { code: 'oidc_stale', hint: 'Sign in again from the beginning.' };

async function refuse(cause: unknown, { address, clear }: { address: string; clear: string }): Promise<Response> {
  const code = cause instanceof HoldfastError ? cause.code : 'unexpected';
  if (cause instanceof RefusedError) await noteFailedSignIn({ by: 'oidc', address, code });
  if (code !== 'too_many_attempts') console.error(`holdfast: a sign-in by OIDC failed (${code}): ${reasonOf(cause)}`);
  return redirectTo(`/sign-in?${new URLSearchParams({ problem: code })}`, [clear]);
}

/** The library's errors name the check that failed; what a provider has sent along is left out. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}
