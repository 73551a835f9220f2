import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ObjectInfo } from '#lib/repository/object-store.ts';
import { createS3Store } from '#lib/repository/s3-store.ts';
import { splitListing } from '#lib/repository/split-listing.ts';
import { listenOnFreePort } from '#tests/support/listen-on-free-port.ts';

const time = '2026-11-21T01:45:00.000Z';
const tags = {
  Key: '<Key>p/backups/a-1.json</Key>',
  LastModified: `<LastModified>${time}</LastModified>`,
  ETag: '<ETag>&quot;d41d8&quot;</ETag>',
  Size: '<Size>12</Size>',
};
const contents = (text: string): string => `<Contents>${text}</Contents>`;
const plain = contents(Object.values(tags).join(''));
const other = (changes: Partial<typeof tags>): string => contents(Object.values({ ...tags, ...changes }).join(''));
const object = { Key: 'p/backups/a-1.json', Size: 12, LastModified: new Date(time) };

/** What a store answers of a bucket whose one listing is this text. */
async function listFrom(page: string): Promise<ObjectInfo[]> {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/xml');
    answer.end(page);
  });
  const endpoint = `http://127.0.0.1:${await listenOnFreePort(server)}`;
  try {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const store = createS3Store({ bucket: 'bucket', prefix: 'p' }, { endpoint, region: 'us-east-1', credentials });
    const listed: ObjectInfo[] = [];
    for await (const object of store.list('')) listed.push(object);
    return listed;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe('the objects of a listing', () => {
  it('are taken out of a page, whatever stands around and between them', () => {
    const owner = '<Owner><ID>1</ID><DisplayName/></Owner><StorageClass>STANDARD</StorageClass>';
    const reversed = contents(`\n ${Object.values(tags).reverse().join('\n ')}\n${owner}`);
    expect(splitListing(`<A><IsTruncated>true</IsTruncated>${plain}<B/>\n${reversed}<C></C></A>`)).toEqual({
      objects: [object, object],
      rest: '<A><IsTruncated>true</IsTruncated><B/>\n<C></C></A>',
    });
    expect(splitListing('<A></A>')).toEqual({ objects: [], rest: '<A></A>' });
  });

  it.each([
    ['an entity in a key', other({ Key: '<Key>p/a&amp;b</Key>' })],
    ['a key with a blank', other({ Key: '<Key>p/a b</Key>' })],
    ['a key that is missing', other({ Key: '' })],
    ['a size that is none', other({ Size: '<Size>1e3</Size>' })],
    ['a time of another zone', other({ LastModified: '<LastModified>2026-11-21T01:45:00+01:00</LastModified>' })],
    ['a time that is none', other({ LastModified: '<LastModified>2026-13-41T01:45:00Z</LastModified>' })],
    ['a comment', `<!-- ${plain} -->`],
    ['text that is no markup', other({ ETag: `<ETag><![CDATA[${plain}]]></ETag>` })],
    ['an end that is missing', '<Contents><Key>a</Key>'],
    ['a prefix before the tags', '<s3:Contents><s3:Key>a</s3:Key></s3:Contents>'],
    ['an attribute', `<Contents a="b">${tags.Key}</Contents>`],
  ])('are left where they are with %s, and all others of the page with them', (_, odd) => {
    expect(splitListing(`<A>${plain}${odd}</A>`)).toBeUndefined();
  });

  it('are the same for a store by either way, in their order', async () => {
    const page = (text: string): string =>
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${text}</ListBucketResult>`;
    const listed = { key: 'backups/a-1.json', size: 12, modified: new Date(time) };
    expect(await listFrom(page(plain + plain))).toEqual([listed, listed]);
    const odd = other({ Key: '<Key>p/a&amp;b</Key>' });
    expect(await listFrom(page(odd + plain))).toEqual([{ ...listed, key: 'a&b' }, listed]);
  });

  it('are none where the page breaks off behind one', async () => {
    await expect(listFrom(`<?xml version="1.0"?><ListBucketResult>${plain}`)).rejects.toThrow();
  });
});
