import { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';

const fewBytes = 64 * 1024;
/** A body that is too large is read on to here: who still sends would find the connection cut, in place of the answer. */
const mostDrained = 8 * 1024 * 1024;

/** The text of a request's body. @throws UsageError (`body_too_large`) where it is longer than that. */
export async function readBody(request: Request, { maxBytes }: { maxBytes: number }): Promise<string> {
  return new TextDecoder().decode(await readBytes(request, { maxBytes }));
}

/** The bytes of a request's body as they came. @throws UsageError (`body_too_large`) where there are more; none are kept. */
export async function readBytes(request: Request, { maxBytes }: { maxBytes: number }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else if (size > mostDrained) break;
  }
  if (size > maxBytes) {
    throw new UsageError(`The body has more than ${maxBytes} bytes.`, {
      code: 'body_too_large',
      hint: 'Send the few fields that the address takes.',
    });
  }
  return Buffer.concat(chunks);
}

/** The JSON of a request's body, `{}` where it is empty. @throws UsageError (`bad_body`, `body_too_large`). */
export async function readJson<T>(request: Request, schema: z.ZodType<T>, hint: string): Promise<T> {
  const text = await readBody(request, { maxBytes: fewBytes });
  const parsed = schema.safeParse(text.trim() === '' ? {} : parseJson(text, hint));
  if (parsed.success) return parsed.data;
  const message = `The body does not parse: ${z.prettifyError(parsed.error)}`;
  throw new UsageError(message, { code: 'bad_body', hint, cause: parsed.error });
}

function parseJson(text: string, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError('The body is not JSON.', { code: 'bad_body', hint, cause });
  }
}
