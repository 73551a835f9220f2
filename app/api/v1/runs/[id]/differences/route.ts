import { readDifferencesOf } from '#app/differences/read-differences-of.ts';
import { authorize } from '#app/http/authorize.ts';
import { toJsonWithoutPlaces } from '#app/http/hide-places.ts';
import { toProblem } from '#app/http/problem.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/**
 * How the live tables differ from what a recovery has brought back, with the statements that a person may run;
 * `?download` as a file. 409 `no_differences` where the run has compared none.
 */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const caller = await authorize(request, { action: 'read' });
    const { run, differences } = await readDifferencesOf(caller, (await params).id);
    const isDownload = new URL(request.url).searchParams.has('download');
    const file = { 'content-disposition': `attachment; filename="holdfast-differences-${run.id}.json"` };
    const headers = { 'cache-control': 'no-store', 'content-type': 'application/json', ...(isDownload ? file : {}) };
    return new Response(toJsonWithoutPlaces(differences), { headers });
  } catch (cause) {
    return toProblem(cause);
  }
}
