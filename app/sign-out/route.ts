import { redirectTo } from '#app/access/session-response.ts';
import { signOutBrowser } from '#app/access/sign-out.ts';
import { toProblem } from '#app/http/problem.ts';
import { requireSameOrigin } from '#app/http/same-origin.ts';
import { loadConfig } from '#lib/config/load-config.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Signs out by the button of a page. */
export async function POST(request: Request): Promise<Response> {
  try {
    requireSameOrigin(request.headers, (await loadConfig()).access);
    return redirectTo('/sign-in', [await signOutBrowser(request.headers)]);
  } catch (cause) {
    return toProblem(cause);
  }
}
