import { type NextRequest, NextResponse } from 'next/server';
import { isSecure } from '#app/http/is-secure.ts';
import { pagePolicy } from '#app/http/page-policy.ts';
import { cameByTls } from '#app/http/same-origin.ts';
import { refreshedCookie } from '#app/session/refreshed-cookie.ts';

/**
 * Runs before every page: gives it a nonce for its scripts and the policy that lets only those run, and keeps the
 * session of who looks at it going. Who may see the page the page asks itself (`authorizePage`).
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  // By the request alone: who works on the server itself, past its proxy, must find the scripts of his page.
  const { nonce, policy } = pagePolicy({ secure: cameByTls(request.headers) });
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  // Next.js reads the nonce for its own scripts from here.
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  response.headers.set('cache-control', 'no-store');
  if (await isSecure(request.headers)) response.headers.set('strict-transport-security', 'max-age=31536000');
  const cookie = await refreshedCookie(request.headers);
  if (cookie !== undefined) response.cookies.set(cookie.name, cookie.value, cookie.options);
  return response;
}

/** The API and what is built need no nonce; `next.config.ts` has their headers. */
export const config = { matcher: ['/((?!api/|_next/static|_next/image|favicon.ico).*)'] };
