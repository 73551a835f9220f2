import { answer } from '#app/http/answer.ts';
import { authorize } from '#app/http/authorize.ts';
import { identify } from '#app/http/identify.ts';
import { toProblem } from '#app/http/problem.ts';
import { requireRun } from '#app/runs/require-run.ts';
import { streamPulse } from '#app/runs/stream-pulse.ts';
import { requireRight } from '#lib/access/identity.ts';
import { identityKey } from '#lib/access/identity-key.ts';
import { readPulse } from '#lib/run-view/read-pulse.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds; a stream is closed before, and whoever reads it comes back. */
export const maxDuration = 300;

interface Context {
  params: Promise<{ id: string }>;
}

/**
 * What moves of a run, as server-sent events: `pulse` at once and with each change, the last one with `"ended": true`.
 * Each event is whole, so that one is all that who comes back has to have. Answers one pulse as JSON to
 * `Accept: application/json`, for who cannot keep a stream.
 */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params;
  const wantsJson = request.headers.get('accept')?.includes('application/json') ?? false;
  if (wantsJson) {
    return answer(request, { action: 'read' }, async ({ identity }) => {
      const { repository } = await openWorkspace();
      await requireRun(repository, { id, identity });
      return readPulse(repository, id);
    });
  }
  try {
    const { identity } = await authorize(request, { action: 'read' });
    const { repository } = await openWorkspace();
    await requireRun(repository, { id, identity });
    const headers = new Headers(request.headers);
    const requireStill = async (): Promise<void> => {
      const caller = await identify(headers);
      requireRight(caller.identity, { action: 'read' });
      await requireRun(repository, { id, identity: caller.identity });
    };
    return streamPulse(request, { repository, runId: id, who: identityKey(identity), requireStill });
  } catch (cause) {
    return toProblem(cause);
  }
}
