import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { escapeXml, refuse, type S3Answer, sendAnswer, xml } from './s3-answer.ts';
import { checkBody, crc32Of } from './s3-body.ts';
import { quoteMd5, S3Bucket, type S3Object, type S3ObjectSettings } from './s3-bucket.ts';
import { allows, parsePolicy, type S3Policy } from './s3-policy.ts';
import { type S3Account, verifySignature } from './s3-signature.ts';

export interface S3TestServer extends AsyncDisposable {
  endpoint: string;
  port: number;
  bucket: string;
  /** What the bucket holds, for tests that damage an object or look for what an upload left. */
  state: S3Bucket;
  account: S3Account;
  readOnlyAccount: S3Account;
  /** An account with the rights of a policy document, and with a session token where one is given. */
  addAccount(rights: { policy?: string; sessionToken?: string }): S3Account;
  /** Requests answered since the start, as `METHOD status`. */
  answers: string[];
}

/** What the server makes of an upload that it answers as done: keeps it, or lies. */
export type Lie = 'keep' | 'store-nothing' | 'store-half' | 'store-other';

export interface S3ServerOptions {
  /** `refused` answers 501 to If-None-Match, `ignored` overwrites, as services do that lack it. */
  conditionalPut?: 'supported' | 'refused' | 'ignored';
  pageSize?: number;
  /** `ignored` answers with the whole object. */
  ranges?: 'supported' | 'ignored';
  bucket?: string;
  /** The x-amz-checksum headers: checked and given back, refused as by Backblaze, or not known. */
  checksums?: 'supported' | 'refused' | 'ignored';
  /** DeleteObjects; `refused` answers 501. */
  batchDelete?: 'supported' | 'refused';
  /** A bucket with versions keeps what is deleted, and answers with a delete marker. */
  versions?: 'off' | 'on';
  /** The bucket's Object Lock: what its configuration says; it needs versions. */
  objectLock?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; days: number };
  /** `ignored`: the headers of server-side encryption are neither kept nor given back. */
  encryption?: 'supported' | 'ignored';
  /** `random`: the ETag of an object has nothing to do with its content. */
  etags?: 'md5' | 'random';
  /** Milliseconds that the server's clock is ahead. */
  clockAheadMs?: number;
  /** No answer carries the server's time. */
  hidesClock?: boolean;
  /** What becomes of an upload; the answer is the same. */
  lie?: (key: string) => Lie;
  lifecycle?: string;
}

/**
 * A small S3 server over HTTP that stands for the outside part a test machine cannot have. It answers as AWS documents
 * the requests of Holdfast (path style; object put, get with range, head, delete, DeleteObjects; conditional put;
 * multipart; ListObjectsV2 with paging; what a bucket tells of versions, Object Lock and lifecycle) and 501 to
 * everything else. It checks Signature Version 4 with session tokens, the body's SHA-256, Content-MD5 and CRC32, and
 * the rights of the account. Objects live in memory. Where the options say so it lacks things, as other services do.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3TestServer> {
  const bucket = options.bucket ?? 'holdfast-test';
  const state = new S3Bucket();
  const account: S3Account = { accessKeyId: 'AKIAHOLDFASTTEST', secretAccessKey: 'full-right/secret+key' };
  const readOnly = parsePolicy(policyOf(bucket, ['s3:GetObject', 's3:ListBucket']));
  const readOnlyAccount: S3Account = { accessKeyId: 'AKIAREADONLYTEST', secretAccessKey: 'read-only-secret' };
  const policies = new Map<string, S3Policy>([[readOnlyAccount.accessKeyId, readOnly]]);
  const accounts = [account, readOnlyAccount];
  const answers: string[] = [];
  const now = (): number => Date.now() + (options.clockAheadMs ?? 0);
  const conditionalPut = options.conditionalPut ?? 'supported';
  const checksums = options.checksums ?? 'supported';

  const handle = async (request: IncomingMessage): Promise<S3Answer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const caller = verifySignature(request, { accounts, now: now() });
    if (typeof caller === 'string') return refuse(caller);
    const refusal = checkBody(request, body, { checksums });
    if (refusal !== undefined) return refuse(refusal);

    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, bucketName = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    if (bucketName !== bucket) return refuse('NoSuchBucket');
    const query = url.searchParams;
    const may = (action: string, on: { key?: string; prefix?: string } = {}): boolean => {
      const policy = policies.get(caller.accessKeyId);
      return policy === undefined || allows(policy, { action, bucket, ...on });
    };
    if (key === '') return answerOfBucket(request, { query, body, may });
    return answerOfObject(request, { key, query, body, may });
  };

  type Rights = (action: string, on?: { key?: string; prefix?: string }) => boolean;

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

  const answerOfObject = (
    request: IncomingMessage,
    { key, query, body, may }: { key: string; query: URLSearchParams; body: Buffer; may: Rights },
  ): S3Answer => {
    const { headers, method } = request;
    const ifAbsent = headers['if-none-match'] === '*';
    if (ifAbsent && conditionalPut === 'refused') return refuse('NotImplemented');
    const taken = (): boolean => ifAbsent && conditionalPut === 'supported' && state.objects.has(key);
    const uploadId = query.get('uploadId');
    const upload = uploadId === null ? undefined : state.uploads.get(uploadId);
    if (uploadId !== null && upload === undefined) return refuse('NoSuchUpload');
    switch (`${method}${query.has('uploads') ? ' uploads' : ''}${uploadId === null ? '' : ' uploadId'}`) {
      case 'PUT': {
        if (!may('s3:PutObject', { key })) return refuse('AccessDenied');
        if (taken()) return refuse('PreconditionFailed');
        const sent = headers['x-amz-checksum-crc32'];
        const crc32 = checksums === 'supported' && typeof sent === 'string' ? { crc32: sent } : {};
        return keep(key, body, { ...readSettings(headers), ...crc32 });
      }
      case 'GET':
      case 'HEAD':
        if (!may('s3:GetObject', { key })) return refuse('AccessDenied');
        // AWS asks for s3:ListBucket with the key as s3:prefix before it says that an object is not there.
        if (!state.objects.has(key) && !may('s3:ListBucket', { prefix: key })) return refuse('AccessDenied');
        return read(key, headers);
      case 'DELETE': {
        if (!may(query.has('versionId') ? 's3:DeleteObjectVersion' : 's3:DeleteObject', { key }))
          return refuse('AccessDenied');
        const removed = remove(key);
        return removed === 'held'
          ? refuse('AccessDenied', lockMessage)
          : { status: 204, headers: markerHeader(removed) };
      }
      case 'POST uploads':
        if (!may('s3:PutObject', { key })) return refuse('AccessDenied');
        return xml(
          `<InitiateMultipartUploadResult><UploadId>${state.createUpload(readSettings(headers))}</UploadId></InitiateMultipartUploadResult>`,
        );
      case 'PUT uploadId': {
        if (!may('s3:PutObject', { key })) return refuse('AccessDenied');
        const etag = quoteMd5(body);
        upload?.parts.set(Number(query.get('partNumber')), { bytes: body, etag, modified: new Date() });
        return { status: 200, headers: { ETag: etag } };
      }
      case 'POST uploadId': {
        if (!may('s3:PutObject', { key })) return refuse('AccessDenied');
        const joined = state.joinParts(uploadId ?? '', readParts(body.toString('utf8')));
        if (typeof joined === 'string') return refuse(joined);
        if (taken()) return refuse('PreconditionFailed');
        const { headers: told } = keep(key, joined.bytes, { ...upload?.settings, etag: joined.etag });
        state.uploads.delete(uploadId ?? '');
        const { body: answer } = xml(
          `<CompleteMultipartUploadResult><ETag>${escapeXml(String(told?.['ETag']))}</ETag></CompleteMultipartUploadResult>`,
        );
        return {
          status: 200,
          headers: { ...told, 'Content-Type': 'application/xml' },
          ...(answer === undefined ? {} : { body: answer }),
        };
      }
      case 'DELETE uploadId':
        if (!may('s3:AbortMultipartUpload', { key })) return refuse('AccessDenied');
        state.uploads.delete(uploadId ?? '');
        return { status: 204 };
      default:
        return refuse('NotImplemented');
    }
  };

  /** Stores an upload, or does what it lies about; the answer is that of the truth. */
  const keep = (key: string, bytes: Buffer, settings: S3ObjectSettings & { etag?: string }): S3Answer => {
    const etag =
      options.etags === 'random' ? quoteMd5(Buffer.from(`${Math.random()}`)) : (settings.etag ?? quoteMd5(bytes));
    const lie = options.lie?.(key) ?? 'keep';
    const stored =
      lie === 'store-half'
        ? bytes.subarray(0, bytes.length >> 1)
        : lie === 'store-other'
          ? Buffer.alloc(bytes.length, 1)
          : bytes;
    if (options.versions === 'on' && state.objects.has(key)) state.formerVersions.push(key);
    // A store that damages what it stores computes its answer from what it has, one that forgets it from what came.
    const truth =
      options.etags !== 'random' && (lie === 'store-half' || lie === 'store-other') ? quoteMd5(stored) : etag;
    if (lie !== 'store-nothing') state.put(key, stored, { ...settings, etag: truth });
    const crc32 = settings.crc32 === undefined ? undefined : crc32Of(stored);
    return {
      status: 200,
      headers: {
        ETag: truth,
        ...settingHeaders({ ...settings, ...(crc32 === undefined ? {} : { crc32 }) }),
      },
    };
  };

  const readSettings = (headers: IncomingHttpHeaders): S3ObjectSettings => {
    const text = (name: string): string | undefined => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const encryption = options.encryption === 'ignored' ? undefined : text('x-amz-server-side-encryption');
    const kmsKeyId = text('x-amz-server-side-encryption-aws-kms-key-id');
    const storageClass = text('x-amz-storage-class');
    return {
      ...(encryption === undefined ? {} : { encryption }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      ...(storageClass === undefined ? {} : { storageClass }),
    };
  };

  const remove = (key: string): 'held' | 'marker' | 'gone' => {
    if (options.versions === 'on') {
      if (state.objects.delete(key)) state.formerVersions.push(key);
      return 'marker';
    }
    if (state.held.has(key)) return 'held';
    state.objects.delete(key);
    return 'gone';
  };

  const deleteBatch = (body: string, may: Rights): S3Answer => {
    const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key);
    if (keys.length > 1000) return refuse('MalformedXML');
    const results = keys.map((key) => {
      const named = `<Key>${escapeXml(key)}</Key>`;
      const error = (message: string) =>
        `<Error>${named}<Code>AccessDenied</Code><Message>${message}</Message></Error>`;
      if (!may('s3:DeleteObject', { key })) return error('Access Denied');
      const removed = remove(key);
      if (removed === 'held') return error(lockMessage);
      return `<Deleted>${named}${removed === 'marker' ? '<DeleteMarker>true</DeleteMarker>' : ''}</Deleted>`;
    });
    return xml(`<DeleteResult>${results.join('')}</DeleteResult>`);
  };

  const read = (key: string, { range, ...headersOfRequest }: IncomingHttpHeaders): S3Answer => {
    const object = state.objects.get(key);
    if (object === undefined) return refuse('NoSuchKey');
    const { bytes, etag, modified, crc32, ...settings } = object;
    const wantsChecksum = headersOfRequest['x-amz-checksum-mode'] === 'ENABLED' && crc32 !== undefined;
    const headers = {
      ETag: etag,
      'Last-Modified': modified.toUTCString(),
      'Accept-Ranges': 'bytes',
      ...settingHeaders({ ...settings, ...(wantsChecksum && range === undefined ? { crc32 } : {}) }),
    };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (first === undefined || options.ranges === 'ignored') return { status: 200, headers, body: bytes };
    if (Number(first) >= bytes.length) return refuse('InvalidRange');
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const end = Number(first) + part.length - 1;
    return {
      status: 206,
      headers: { ...headers, 'Content-Range': `bytes ${first}-${end}/${bytes.length}` },
      body: part,
    };
  };

  const list = (query: URLSearchParams): S3Answer => {
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

  const server = createServer((request, response) => {
    response.sendDate = false;
    if (options.hidesClock !== true) response.setHeader('Date', new Date(now()).toUTCString());
    // A request that breaks off is never answered and stores nothing.
    handle(request).then(
      (answer) => {
        answers.push(`${request.method} ${answer.status}`);
        sendAnswer(request, response, answer);
      },
      () => response.destroy(),
    );
  });
  const port = await listenOnFreePort(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    bucket,
    state,
    account,
    readOnlyAccount,
    answers,
    addAccount({ policy, sessionToken }) {
      const added: S3Account = {
        accessKeyId: `AKIATEST${accounts.length}`,
        secretAccessKey: `secret-${accounts.length}`,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      };
      accounts.push(added);
      if (policy !== undefined) policies.set(added.accessKeyId, parsePolicy(policy));
      return added;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What AWS says to the deletion of an object under Object Lock. */
const lockMessage = 'Access Denied because object protected by object lock.';

/** A policy document that allows actions on a bucket and all its objects. */
function policyOf(bucket: string, actions: readonly string[]): string {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource }] });
}

function settingHeaders({ crc32, encryption, kmsKeyId, storageClass }: S3ObjectSettings): Record<string, string> {
  return {
    ...(crc32 === undefined ? {} : { 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-type': 'FULL_OBJECT' }),
    ...(encryption === undefined ? {} : { 'x-amz-server-side-encryption': encryption }),
    ...(kmsKeyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }),
    ...(storageClass === undefined ? {} : { 'x-amz-storage-class': storageClass }),
  };
}

function markerHeader(removed: 'marker' | 'gone'): Record<string, string> {
  return removed === 'marker' ? { 'x-amz-delete-marker': 'true' } : {};
}

function describeListed(key: string, object: S3Object | undefined): string {
  return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${object?.modified.toISOString()}</LastModified><ETag>${escapeXml(object?.etag ?? '')}</ETag><Size>${object?.bytes.length}</Size><StorageClass>${object?.storageClass ?? 'STANDARD'}</StorageClass></Contents>`;
}

function readParts(body: string): { number: number; etag: string }[] {
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([part]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));
}
