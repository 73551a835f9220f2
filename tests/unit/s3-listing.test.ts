import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';

it('a listing that is cut and does not say how it goes on is no listing', async () => {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/xml');
    answer.end(
      `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name><Prefix>p/</Prefix><KeyCount>1</KeyCount>
        <MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><Contents><Key>p/backups/a</Key><Size>1</Size>
        <LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>`,
    );
  });
  const endpoint = `http://127.0.0.1:${await listenOnFreePort(server)}`;
  try {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const store = createS3Store({ bucket: 'bucket', prefix: 'p' }, { endpoint, region: 'us-east-1', credentials });
    const keys: string[] = [];
    const listing = (async () => {
      for await (const { key } of store.list('')) keys.push(key);
    })();
    await expect(listing).rejects.toMatchObject({ name: 'UnavailableError', code: 'storage_listing_cut' });
    expect(keys).toEqual(['backups/a']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
