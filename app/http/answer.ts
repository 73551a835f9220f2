import { readEnvironment } from '#lib/config/environment.ts';
import { toProblem } from './problem.ts';
import { requireToken } from './require-token.ts';

/** Answers a request that carries the token with the JSON of `body()`; an error becomes problem+json. */
export async function answer(
  request: Request,
  body: () => Promise<unknown>,
  { status = 200 }: { status?: number } = {},
): Promise<Response> {
  try {
    requireToken(request, readEnvironment());
    return Response.json(await body(), { status, headers: { 'cache-control': 'no-store' } });
  } catch (cause) {
    return toProblem(cause);
  }
}
