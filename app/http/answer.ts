import { cookieOf } from '#app/access/session-response.ts';
import { refresh } from '#app/session/session.ts';
import type { Asked } from '#lib/access/identity.ts';
import { authorize } from './authorize.ts';
import { toJsonWithoutPlaces } from './hide-places.ts';
import type { Caller } from './identify.ts';
import { toProblem } from './problem.ts';

/**
 * Answers a request of somebody who may do `asked` with the JSON of `body()`, without the places of the server unless
 * `tellsPlaces`; an error becomes problem+json.
 */
export async function answer(
  request: Request,
  asked: Asked & { status?: number; tellsPlaces?: boolean },
  body: (caller: Caller) => Promise<unknown>,
): Promise<Response> {
  try {
    const caller = await authorize(request, asked);
    const headers = new Headers({ 'cache-control': 'no-store', 'content-type': 'application/json' });
    // A session that is used goes on.
    const fresh = caller.session === null ? undefined : refresh(caller.session);
    if (fresh !== undefined) headers.append('set-cookie', await cookieOf(fresh, request.headers));
    const told = await body(caller);
    const json = asked.tellsPlaces ? JSON.stringify(told) : toJsonWithoutPlaces(told);
    return new Response(json, { status: asked.status ?? 200, headers });
  } catch (cause) {
    return toProblem(cause);
  }
}
