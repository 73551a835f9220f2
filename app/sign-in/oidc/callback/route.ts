import { cookieOf, redirectTo } from '#app/access/session-response.ts';
import { beginSession, noteFailedSignIn } from '#app/access/sign-in.ts';
import { countSignIn } from '#app/http/attempt-limits.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { isSecure, ownOrigin } from '#app/http/same-origin.ts';
import { finishOidcSignIn } from '#app/oidc/finish-sign-in.ts';
import { type Flow, flowCookieName, noFlowCookie, takeFlow } from '#app/oidc/flow.ts';
import { readCookie } from '#app/session/session-cookie.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import type { Access, Oidc } from '#lib/config/resolve-access.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Takes the browser back from the identity provider. */
export async function GET(request: Request): Promise<Response> {
  const clear = noFlowCookie(isSecure(request.headers));
  const { access, stateFolder } = await loadConfig();
  if (access.oidc === null) return redirectTo('/sign-in', [clear]);
  const address = clientAddress(request.headers, access.trustedProxies);
  try {
    const attempt = await countSignIn(address);
    const secret = await readSessionSecret(readEnvironment(), stateFolder);
    const flow = await takeFlow(readCookie(request.headers, flowCookieName), secret);
    if (flow === undefined) throw new RefusedError('There is no sign-in to go on with.', stale);
    const { session } = await comeIn(request, { access, oidc: access.oidc, flow, address });
    await attempt.withdraw();
    return redirectTo(flow.next, [clear, await cookieOf(session, request.headers)]);
  } catch (cause) {
    return refuse(cause, { address, clear });
  }
}

const stale = { code: 'oidc_stale', hint: 'Sign in again from the beginning.' };

async function comeIn(
  request: Request,
  { access, oidc, flow, address }: { access: Access; oidc: Oidc; flow: Flow; address: string },
) {
  const { search } = new URL(request.url);
  // The address the provider was given, and not the one this request happens to have behind a proxy.
  const answer = new URL(`${ownOrigin(request.headers, access)}/sign-in/oidc/callback${search}`);
  const { identity, name, subject } = await finishOidcSignIn(oidc, { answer, flow });
  if (identity !== null) return beginSession({ identity, address }, subject);
  throw new RefusedError(`${name} has no role here.`, {
    code: 'no_role',
    hint: `Give one of this person's values of ${oidc.roleClaim} a role, in oidc.roles of the config.`,
  });
}

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
