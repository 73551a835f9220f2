import { localPath, redirectTo } from '#app/access/session-response.ts';
import { isSecure } from '#app/http/is-secure.ts';
import { ownOrigin } from '#app/http/same-origin.ts';
import { beginOidcSignIn } from '#app/oidc/begin-sign-in.ts';
import { flowCookie } from '#app/oidc/flow.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Sends the browser to the identity provider. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { access, stateFolder } = await loadConfig();
    if (access.oidc === null) return redirectTo('/sign-in');
    const { headers } = request;
    const { url, flow } = await beginOidcSignIn(access.oidc, {
      redirectUri: `${ownOrigin(headers, access)}/sign-in/oidc/callback`,
      next: localPath(new URL(request.url).searchParams.get('next')),
    });
    const secret = await readSessionSecret(readEnvironment(), stateFolder);
    return redirectTo(url.href, [await flowCookie(flow, { secret, secure: await isSecure(headers) })]);
  } catch (cause) {
    console.error(cause instanceof HoldfastError ? `holdfast: ${cause.message} ${cause.hint}` : cause);
    const problem = cause instanceof HoldfastError ? cause.code : 'unexpected';
    return redirectTo(`/sign-in?${new URLSearchParams({ problem })}`);
  }
}
