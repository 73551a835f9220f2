import { beforeIdentity } from '#app/access/before-identity.ts';
import { cookieOf, localPath, redirectTo } from '#app/access/session-response.ts';
import { type Credentials, signIn } from '#app/access/sign-in.ts';
import { signOut } from '#app/access/sign-out.ts';
import { answer } from '#app/http/answer.ts';
import { authorize } from '#app/http/authorize.ts';
import { clientAddress } from '#app/http/client-address.ts';
import { toProblem } from '#app/http/problem.ts';
import { readBody, readJson } from '#app/http/read-body.ts';
import { requireSameOrigin } from '#app/http/same-origin.ts';
import type { Identity } from '#lib/access/identity.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { credentialsBody } from './body.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Who is asking: `{ kind, id, name, role, scope }`. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async ({ identity }) => identity);
}

const hint = 'Send {"token": "hf_..."}.';

/** Signs in by a token, or by the code of an admin link: as JSON, or by the form of the sign-in page. */
export async function POST(request: Request): Promise<Response> {
  if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    return signInByForm(request);
  try {
    return await beforeIdentity(async () => {
      await requireOurPage(request);
      const { identity, session } = await signIn(
        await readJson(request, credentialsBody, hint),
        await addressOf(request),
      );
      return Response.json(identity satisfies Identity, {
        headers: { 'cache-control': 'no-store', 'set-cookie': await cookieOf(session, request.headers) },
      });
    });
  } catch (cause) {
    return toProblem(cause);
  }
}

/** Signs out. */
export async function DELETE(request: Request): Promise<Response> {
  try {
    const caller = await authorize(request, { action: 'read' });
    const headers = { 'cache-control': 'no-store', 'set-cookie': await signOut(caller, request.headers) };
    return new Response(null, { status: 204, headers });
  } catch (cause) {
    return toProblem(cause);
  }
}

async function signInByForm(request: Request): Promise<Response> {
  let next = '/';
  try {
    return await beforeIdentity(async () => {
      await requireOurPage(request);
      const form = new URLSearchParams(await readBody(request, { maxBytes: 8 * 1024 }));
      next = localPath(form.get('next'));
      const given: Credentials = form.has('setup')
        ? { setup: form.get('setup') ?? '' }
        : { token: (form.get('token') ?? '').trim() };
      const { session } = await signIn(given, await addressOf(request));
      return redirectTo(next, [await cookieOf(session, request.headers)]);
    });
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) console.error(cause);
    const problem = cause instanceof HoldfastError ? cause.code : 'unexpected';
    return redirectTo(`/sign-in?${new URLSearchParams({ problem, ...(next === '/' ? {} : { next }) })}`);
  }
}

/** A page elsewhere must not sign anybody in as somebody else; what is no browser says nothing of where it comes from. */
async function requireOurPage({ headers }: Request): Promise<void> {
  if (headers.has('origin') || headers.has('sec-fetch-site')) requireSameOrigin(headers, (await loadConfig()).access);
}

async function addressOf({ headers }: Request): Promise<string> {
  return clientAddress(headers, (await loadConfig()).access.trustedProxies);
}
