import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import pg from 'pg';
import { z } from 'zod';

const bodySchema = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });

/** Fields of an error as Neon's endpoint tells them. */
const errorFields = [
  ...['code', 'detail', 'hint', 'position', 'internalPosition', 'internalQuery', 'severity', 'where', 'table'],
  ...['column', 'schema', 'dataType', 'constraint', 'file', 'line', 'routine'],
];

/**
 * `POST /sql` as Neon's proxy has it (proxy/src/serverless/sql_over_http.rs): one statement against the database of the
 * header `Neon-Connection-String`, rows as arrays of text. `targets` are the `host:port` that may be asked, and where they
 * really are.
 */
export async function answerSql(
  request: IncomingMessage,
  response: ServerResponse,
  { targets }: { targets: ReadonlyMap<string, string> },
): Promise<void> {
  const answer = (status: number, body: object): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  try {
    const url = new URL(String(request.headers['neon-connection-string']));
    const target = targets.get(`${url.hostname}:${url.port || '5432'}`);
    if (target === undefined) return answer(400, { message: 'no such endpoint', code: '' });
    url.host = target;
    const { query, params } = bodySchema.parse(await json(request));
    const types = { getTypeParser: () => (text: string) => text };
    const client = new pg.Client({ connectionString: url.href, types });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { command, rowCount, rows, fields } = await client.query({ text: query, values: params, rowMode: 'array' });
      const described = fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }));
      answer(200, { command, rowCount, rows, fields: described, rowAsArray: true });
    } finally {
      await client.end();
    }
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const fields = errorFields.map((name) => [name, Reflect.get(error, name) ?? null]);
    answer(cause instanceof pg.DatabaseError ? 400 : 500, { message: error.message, ...Object.fromEntries(fields) });
  }
}
