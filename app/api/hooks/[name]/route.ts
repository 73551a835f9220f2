import { redirectTo } from '#app/access/session-response.ts';
import { answerIgnored, answerOutcome } from '#app/hooks/answer-hook.ts';
import { noteRefusedHook, openHook } from '#app/hooks/open-hook.ts';
import { startHook } from '#app/hooks/start-hook.ts';
import { answerBegun, waitForOutcome } from '#app/hooks/wait-for-outcome.ts';
import { toProblem } from '#app/http/problem.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { readOutcome } from '#lib/hooks/read-outcome.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds; a longer wait is cut into requests. */
export const maxDuration = 60;

interface Context {
  params: Promise<{ name: string }>;
}

/** Changes nothing: sends a person on to the page with the button, which a preview of the link does not press. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { name } = await params;
  const token = new URL(request.url).searchParams.get('token') ?? '';
  return redirectTo(`/hooks/${encodeURIComponent(name)}?${new URLSearchParams({ token })}`);
}

/**
 * Starts what the hook's config names. 202 with the run; with `?wait=1` the outcome: 200, else a problem (409, 422), 303
 * to the next request while it is not there, and 504 where the hook's wait is over. A gate answers 200 or 409 at once. 503
 * where it could not be handed over. A page is sent on by 303 whatever comes of it. Who may is asked by the hook's token,
 * or by the signature of a webhook, which starts something once.
 */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { name } = await params;
  const isPage = request.headers.get('accept')?.includes('text/html') ?? false;
  try {
    const opened = await openHook(request, name);
    const { hook, by, ignored } = opened;
    const workspace = await openWorkspace({ create: true });
    if (hook.start === 'gate' && by === 'token') {
      return answerOutcome(await readOutcome(workspace, hook, null), { hook, delivery: null });
    }
    const started = await startHook(workspace, opened);
    if (started.replayed) {
      await noteRefusedHook({ name, address: opened.address, code: 'hook_replayed' });
      throw replayed();
    }
    if (ignored !== null) return answerIgnored(hook, ignored);
    const { delivery } = started;
    if (by === 'form') return redirectTo(`/hooks/${name}?${new URLSearchParams({ ticket: delivery.ticket })}`);
    return isWaiting(request)
      ? await waitForOutcome(request, { workspace, hook, delivery })
      : await answerBegun({ workspace, hook, delivery });
  } catch (cause) {
    if (!isPage) return toProblem(cause);
    const problem = cause instanceof HoldfastError ? cause.code : 'unexpected';
    if (problem === 'unexpected') console.error(cause);
    return redirectTo(`/hooks/${encodeURIComponent(name)}?${new URLSearchParams({ problem })}`);
  }
}

function isWaiting(request: Request): boolean {
  const wait = new URL(request.url).searchParams.get('wait');
  return wait !== null && !['', '0', 'false'].includes(wait);
}

function replayed(): RefusedError {
  return new RefusedError('This webhook has come before, and counts once.', {
    code: 'hook_replayed',
    hint: 'Nothing is to be done. To start it once more, post to the address of the hook with its token.',
  });
}
