import { sendProof } from '#app/proof/send-proof.ts';
import { formatProofDocument } from '#lib/run-view/proof-document.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** The proof of a run with what it is about, `?download` as a file. 409 `no_proof` where it has none. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const isDownload = new URL(request.url).searchParams.has('download');
  return sendProof(request, id, (document) => ({
    text: formatProofDocument(document),
    type: 'application/json',
    file: isDownload ? `holdfast-proof-${document.run.id}.json` : undefined,
  }));
}
