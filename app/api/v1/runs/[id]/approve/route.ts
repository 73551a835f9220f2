import { changeRun } from '#app/runs/change-run.ts';
import { approveRun } from '#app/runs/decide-run.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Lets a run that waits for approval go live: 202 `{ run, decision, at }` once that is written down. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return changeRun(request, { action: 'approve', id: (await params).id }, ({ repository }, root) =>
    approveRun(repository, root),
  );
}
