import { beforeIdentity } from '#app/access/before-identity.ts';
import { answerOutcome } from '#app/hooks/answer-hook.ts';
import { findTicket } from '#app/hooks/find-ticket.ts';
import { waitForOutcome } from '#app/hooks/wait-for-outcome.ts';
import { toProblem } from '#app/http/problem.ts';
import { readOutcome } from '#lib/hooks/read-outcome.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds; a longer wait is cut into requests. */
export const maxDuration = 60;

/** The outcome of what a hook has started, for who has the ticket of its answer; `?wait=1` waits for it. */
export async function GET(request: Request, { params }: { params: Promise<{ name: string }> }): Promise<Response> {
  const { name } = await params;
  try {
    const query = new URL(request.url).searchParams;
    const ticket = query.get('ticket') ?? '';
    const started = await beforeIdentity(() => findTicket(name, { ticket, headers: request.headers }));
    const workspace = await openWorkspace();
    if (query.has('wait')) return await waitForOutcome(request, { workspace, ...started });
    return answerOutcome(await readOutcome(workspace, started.hook, started.delivery), started);
  } catch (cause) {
    return toProblem(cause);
  }
}
