import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { numbers } from '#tests/support/row-chunks.ts';
import { withDatabase } from '#tests/support/test-database.ts';
import { startWebSocketProxy } from '#tests/support/websocket-proxy.ts';
import { runSql } from '#tests/support/with-client.ts';

const measured = z.object({ start: z.number(), reading: z.number(), loading: z.number() });

it.each(['tcp', 'websocket'])('takes little memory for a table of 105 MB and a slow store, over %s', async (driver) => {
  await withDatabase({ cluster: 'source' }, async (url) => {
    await runSql(url, `${numbers(250_000, 12)}; create table copy (line text)`);
    await using proxy = await startWebSocketProxy({ servers: [url] });
    const args = ['tests/support/copy-memory-main.ts', driver, url, `ws://${proxy.address}`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { start, reading, loading } = measured.parse(JSON.parse(stdout));
    // Measured: 45 and 55 MB over TCP, 60 and 76 MB over WebSocket.
    expect(reading - start).toBeLessThan(95);
    expect(loading - start).toBeLessThan(95);
  });
});
