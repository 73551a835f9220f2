import { authorize } from '#app/http/authorize.ts';
import type { Caller } from '#app/http/identify.ts';
import { toProblem } from '#app/http/problem.ts';
import { requireRun } from '#app/runs/require-run.ts';
import { type ProofDocument, readProofDocument } from '#lib/run-view/proof-document.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** A text to send; as a file where it has a name. */
interface Sent {
  text: string;
  type: 'application/json' | 'text/html';
  file: string | undefined;
}

/** Answers a request with the proof of a run in some form, for who may see the run. */
export async function sendProof(
  request: Request,
  id: string,
  render: (document: ProofDocument, caller: Caller) => Sent,
): Promise<Response> {
  try {
    const caller = await authorize(request, { action: 'read' });
    const { repository } = await openWorkspace();
    await requireRun(repository, { id, identity: caller.identity });
    const { text, type, file } = render(await readProofDocument(repository, id), caller);
    return new Response(text, {
      headers: {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        ...(file === undefined ? {} : { 'content-disposition': `attachment; filename="${file}"` }),
      },
    });
  } catch (cause) {
    return toProblem(cause);
  }
}
