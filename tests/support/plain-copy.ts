import pg from 'pg';

/** What `pg` hands to a query of its own that runs a COPY; its types do not know of it. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Loads COPY text through `pg` alone. */
export async function copyFrom(client: pg.Client, sql: string, text: Buffer): Promise<void> {
  await runCopy(client, sql, {
    handleCopyInResponse(connection) {
      if (text.length > 0) connection.sendCopyFromChunk(text);
      connection.endCopyFrom();
    },
  });
}

/** The COPY text of a statement through `pg` alone. */
export async function copyTo(client: pg.Client, sql: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  await runCopy(client, sql, { handleCopyData: ({ chunk }) => parts.push(Buffer.from(chunk)) });
  return Buffer.concat(parts);
}

function runCopy(
  client: pg.Client,
  sql: string,
  handlers: {
    handleCopyInResponse?: (connection: CopyConnection) => void;
    handleCopyData?: (message: { chunk: Buffer }) => void;
  },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(sql);
    client.query(Object.assign(query, handlers));
    query.on('end', () => resolve());
    query.on('error', reject);
  });
}
