import type { IncomingMessage } from 'node:http';
import { escapeXml, refuse, type S3Answer, xml } from './s3-answer.ts';
import type { S3Bucket, S3Object } from './s3-bucket.ts';
import { lockMessage, type Rights } from './s3-object-answers.ts';
import type { S3ServerOptions } from './s3-options.ts';

/** How the test server answers what is asked of the bucket as a whole: its listing, its settings, many deletions. */
export function createBucketAnswers(bucket: string, state: S3Bucket, options: S3ServerOptions) {
  const checksums = options.checksums ?? 'supported';

  const answerOfBucket = (
    { method, headers }: IncomingMessage,
    { query, body, may }: { query: URLSearchParams; body: Buffer; may: Rights },
  ): S3Answer => {
    if (method === 'POST' && query.has('delete')) {
      if (options.batchDelete === 'refused') return refuse('NotImplemented');
      const protectedBy = ['content-md5', ...(checksums === 'supported' ? ['x-amz-checksum-crc32'] : [])];
      if (!protectedBy.some((name) => headers[name] !== undefined)) return refuse('MissingContentMD5');
      return deleteBatch(body.toString('utf8'), may);
    }
    if (method !== 'GET') return refuse('NotImplemented');
    if (query.get('list-type') === '2') {
      return may('s3:ListBucket', { prefix: query.get('prefix') ?? '' }) ? list(query) : refuse('AccessDenied');
    }
    if (query.has('versioning')) {
      if (!may('s3:GetBucketVersioning')) return refuse('AccessDenied');
      return xml(
        `<VersioningConfiguration>${options.versions === 'on' ? '<Status>Enabled</Status>' : ''}</VersioningConfiguration>`,
      );
    }
    if (query.has('object-lock')) {
      if (!may('s3:GetBucketObjectLockConfiguration')) return refuse('AccessDenied');
      if (options.objectLock === undefined) return refuse('ObjectLockConfigurationNotFoundError');
      const { mode, days } = options.objectLock;
      return xml(
        `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>${mode}</Mode><Days>${days}</Days></DefaultRetention></Rule></ObjectLockConfiguration>`,
      );
    }
    if (query.has('lifecycle')) {
      if (!may('s3:GetLifecycleConfiguration')) return refuse('AccessDenied');
      return options.lifecycle === undefined
        ? refuse('NoSuchLifecycleConfiguration')
        : xml(`<LifecycleConfiguration>${options.lifecycle}</LifecycleConfiguration>`);
    }
    return refuse('NotImplemented');
  };

  const deleteBatch = (body: string, may: Rights): S3Answer => {
    const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
    if (keys.length > 1000) return refuse('MalformedXML');
    const results = keys.map((key) => {
      const named = `<Key>${escapeXml(key)}</Key>`;
      const error = (message: string) =>
        `<Error>${named}<Code>AccessDenied</Code><Message>${message}</Message></Error>`;
      if (!may('s3:DeleteObject', { key })) return error('Access Denied');
      const removed = state.remove(key, options.versions);
      if (removed === 'held') return error(lockMessage);
      return `<Deleted>${named}${removed === 'marker' ? '<DeleteMarker>true</DeleteMarker>' : ''}</Deleted>`;
    });
    return xml(`<DeleteResult>${results.join('')}</DeleteResult>`);
  };

  const list = (query: URLSearchParams): S3Answer => {
    if (query.get('delimiter') === '/') return listCommonPrefixes(query);
    if (query.has('delimiter')) return refuse('NotImplemented');
    const limit = Math.min(Number(query.get('max-keys') ?? 1000), options.pageSize ?? 1000);
    const token = query.get('continuation-token') ?? '';
    const after = Buffer.from(token, 'base64url').toString('utf8');
    const { keys, truncated } = state.list({ prefix: query.get('prefix') ?? '', after, limit });
    const contents = keys.map((key) => describeListed(key, state.objects.get(key)));
    const next = truncated ? Buffer.from(keys.at(-1) ?? '').toString('base64url') : undefined;
    return xml(
      `<ListBucketResult><Name>${bucket}</Name><KeyCount>${keys.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}${contents.join('')}</ListBucketResult>`,
    );
  };

  /** Keys and common prefixes together are what a page counts, and the token is the last of them. */
  const listCommonPrefixes = (query: URLSearchParams): S3Answer => {
    const limit = Math.min(Number(query.get('max-keys') ?? 1000), options.pageSize ?? 1000);
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString('utf8');
    const { rolled, truncated } = state.listRolled({ prefix: query.get('prefix') ?? '', after, limit });
    const listed = rolled.map((name) =>
      name.endsWith('/')
        ? `<CommonPrefixes><Prefix>${escapeXml(name)}</Prefix></CommonPrefixes>`
        : describeListed(name, state.objects.get(name)),
    );
    const next = truncated ? Buffer.from(rolled.at(-1) ?? '').toString('base64url') : undefined;
    return xml(
      `<ListBucketResult><Name>${bucket}</Name><Delimiter>/</Delimiter><KeyCount>${rolled.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}${listed.join('')}</ListBucketResult>`,
    );
  };

  return answerOfBucket;
}

function describeListed(key: string, object: S3Object | undefined): string {
  return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${object?.modified.toISOString()}</LastModified><ETag>${escapeXml(object?.etag ?? '')}</ETag><Size>${object?.bytes.length}</Size><StorageClass>${object?.storageClass ?? 'STANDARD'}</StorageClass></Contents>`;
}
