import { readDifferencesOf } from '#app/differences/read-differences-of.ts';
import { writeScript } from '#app/differences/write-script.ts';
import { authorize } from '#app/http/authorize.ts';
import { toProblem } from '#app/http/problem.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** The statements of a recovery's report as one script, commented out, to look at and to take from. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const caller = await authorize(request, { action: 'read' });
    const { run, differences } = await readDifferencesOf(caller, (await params).id);
    return new Response(writeScript(differences, run.id), {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="holdfast-differences-${run.id}.sql"`,
        'cache-control': 'no-store',
      },
    });
  } catch (cause) {
    return toProblem(cause);
  }
}
