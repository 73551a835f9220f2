import { changeRun } from '#app/runs/change-run.ts';
import { startDiscard } from '#app/runs/start-discard.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Drops what a run keeps beside the live database: 202 `{ event, run }`, `run` being the discard, `null` where it has not begun yet. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return changeRun(request, { action: 'discard', id: (await params).id }, (workspace, root) =>
    startDiscard(workspace, root.id),
  );
}
