import { z } from 'zod';

/** What the API says of a request that it refused, `application/problem+json`. */
const problemSchema = z.object({ name: z.string(), code: z.string(), detail: z.string(), hint: z.string() });

export interface ShownError {
  name: string;
  code: string;
  message: string;
  hint: string;
}

const outOfReach: ShownError = {
  name: 'UnavailableError',
  code: 'server_unreachable',
  message: 'The server did not answer.',
  hint: 'Try again in a moment. If it was asked for already, the page of runs shows it.',
};

type Answer<T> = { ok: true; value: T } | { ok: false; error: ShownError };

/** Sends JSON to this server from a page, and answers what came of it, parsed; never throws. */
export function postJson<T>(
  address: string,
  { body, schema }: { body: object; schema: z.ZodType<T> },
): Promise<Answer<T>> {
  const headers = { 'content-type': 'application/json' };
  return send(address, { init: { method: 'POST', headers, body: JSON.stringify(body) }, schema });
}

/** Deletes what an address of this server stands for; never throws. */
export function deleteJson(address: string): Promise<Answer<unknown>> {
  return send(address, { init: { method: 'DELETE' }, schema: z.unknown() });
}

async function send<T>(
  address: string,
  { init, schema }: { init: RequestInit; schema: z.ZodType<T> },
): Promise<Answer<T>> {
  try {
    const response = await fetch(address, init);
    const json: unknown = await response.json();
    if (response.ok) return { ok: true, value: schema.parse(json) };
    const { name, code, detail, hint } = problemSchema.parse(json);
    return { ok: false, error: { name, code, message: detail, hint } };
  } catch {
    return { ok: false, error: outOfReach };
  }
}
