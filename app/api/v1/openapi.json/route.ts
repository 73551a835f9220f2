import { answer } from '#app/http/answer.ts';
import { buildDocument } from '#app/openapi/build-document.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** The OpenAPI 3.1 document of this API. */
export function GET(request: Request): Promise<Response> {
  return answer(request, { action: 'read' }, async () => buildDocument());
}
