import { changeRun } from '#app/runs/change-run.ts';
import { cancelRun } from '#app/runs/decide-run.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Ends an open run, which takes back what it has done: 202 `{ run, decision, at }` once that is written down. */
export async function POST(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return changeRun(request, { action: 'cancel', id: (await params).id }, ({ repository }, root) =>
    cancelRun(repository, root),
  );
}
