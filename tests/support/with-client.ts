import pg from 'pg';

/**
 * A connection of the tests' own, so that a test never asks our code whether our code is right. Every value comes as
 * the text PostgreSQL sends.
 */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'holdfast-test',
    types: { getTypeParser: () => (text: string) => text },
  });
  // A connection that is cut while nobody waits for an answer is told here; the next query tells it again.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Runs one or more statements; the rows of the last one come back as text. */
export async function runSql(url: string, sql: string): Promise<Record<string, string | null>[]> {
  return withClient(url, async (client) => {
    const result: unknown = await client.query(sql);
    return rowsOf(Array.isArray(result) ? result.at(-1) : result);
  });
}

function rowsOf(result: unknown): Record<string, string | null>[] {
  if (typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows)) {
    return result.rows;
  }
  return [];
}
