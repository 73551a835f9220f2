import { splitDump } from './dump-sections.ts';
import { withClient } from './with-client.ts';

/** Runs the plain output of pg_dump against an empty database, object by object, as psql would; the first error ends it. */
export async function replayDump(url: string, dump: string): Promise<void> {
  await withClient(url, async (client) => {
    for (const { heading, body } of splitDump(dump)) {
      await client.query(body).catch((cause: unknown) => {
        throw new Error(`${heading}: ${String(cause)}`, { cause });
      });
    }
  });
}
