import { renderReport } from '#app/proof/render-report.ts';
import { sendProof } from '#app/proof/send-proof.ts';
import { describeIdentity } from '#lib/access/identity.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** The proof of a run as one HTML file that needs nothing else, for who was not there. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  return sendProof(request, id, (document, { identity }) => ({
    text: renderReport(document, { by: describeIdentity(identity), at: new Date().toISOString() }),
    type: 'text/html',
    file: `holdfast-proof-${document.run.id}.html`,
  }));
}
