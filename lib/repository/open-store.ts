import { fileURLToPath } from 'node:url';
import { UsageError } from '#lib/errors/usage-error.ts';
import { createFileStore } from './file-store.ts';
import type { ObjectStore } from './object-store.ts';
import type { S3Options } from './s3-client.ts';

/** Where a repository lies, read from `HOLDFAST_REPOSITORY`. */
export type StoreLocation = { kind: 'file'; folder: string } | { kind: 's3'; bucket: string; prefix: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const prefixName = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/** Parses `s3://bucket/prefix`, `file:PATH` (relative or absolute) and `file:///abs`; UsageError for all else. */
export function parseStoreLocation(location: string): StoreLocation {
  const s3 = /^s3:\/\/([^/]*)\/?(.*)$/.exec(location);
  if (s3 !== null) {
    const [, bucket = '', rest = ''] = s3;
    const prefix = rest.replace(/\/+$/, '');
    if (bucketName.test(bucket) && (prefix === '' || prefixName.test(prefix))) return { kind: 's3', bucket, prefix };
  }
  const folder = location.startsWith('file://') ? pathOfUrl(location) : /^file:(.+)$/.exec(location)?.[1];
  if (folder !== undefined) return { kind: 'file', folder };
  throw new UsageError(`${JSON.stringify(maskUserInfo(location))} is not a repository location`, {
    code: 'repository_location_malformed',
    hint: 'Write s3://bucket/prefix or file:PATH, for example s3://my-backups/production or file:.holdfast/repository.',
  });
}

/** Opens a location's store. Nothing is read or written; the S3 driver and its SDK load only where they are used. */
export async function openStore(location: string, options: { s3?: S3Options | undefined } = {}): Promise<ObjectStore> {
  const place = parseStoreLocation(location);
  if (place.kind === 'file') return createFileStore(place.folder);
  const { createS3Store } = await import('./s3-store.ts');
  return createS3Store({ bucket: place.bucket, prefix: place.prefix }, options.s3);
}

function pathOfUrl(location: string): string | undefined {
  const url = URL.parse(location);
  // A second part of the URL is a host, which a folder has none of.
  return url === null || url.host !== '' || url.pathname === '/' ? undefined : fileURLToPath(url);
}

/** Someone may have put keys into the location; an error shows none of them. */
function maskUserInfo(location: string): string {
  return location.replace(/\/\/[^/]*@/, '//***@');
}
