import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { quoteMd5, S3Bucket } from './s3-bucket.ts';
import { type S3Account, verifySignature } from './s3-signature.ts';

export interface S3TestServer extends AsyncDisposable {
  endpoint: string;
  port: number;
  bucket: string;
  /** What the bucket holds, for tests that damage an object or look for what an upload left. */
  state: S3Bucket;
  account: S3Account;
  readOnlyAccount: S3Account;
  /** Requests answered since the start, as `METHOD status`. */
  answers: string[];
}

interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
}

const statusOf: Record<string, number> = {
  NoSuchKey: 404,
  NoSuchBucket: 404,
  NoSuchUpload: 404,
  PreconditionFailed: 412,
  NotImplemented: 501,
  InvalidRange: 416,
  MethodNotAllowed: 405,
  InvalidArgument: 400,
  BadDigest: 400,
  XAmzContentSHA256Mismatch: 400,
  InvalidPart: 400,
  EntityTooSmall: 400,
};

/**
 * A small S3 server over HTTP that stands for the outside part a test machine cannot have. It answers as AWS documents
 * the requests a backup makes (path style; object put, get with range, head, delete; conditional put; multipart;
 * ListObjectsV2 with paging) and answers 501 to everything else. It checks Signature Version 4, the body's SHA-256 and
 * Content-MD5, and knows two accounts, one of them without the right to write. `conditionalPut` 'refused' answers 501
 * to If-None-Match, 'ignored' overwrites, as services do that lack it; `ranges` 'ignored'
 * answers with the whole object. Objects live in memory.
 */
export async function startS3Server(
  options: {
    conditionalPut?: 'supported' | 'refused' | 'ignored';
    pageSize?: number;
    ranges?: 'supported' | 'ignored';
    bucket?: string;
  } = {},
): Promise<S3TestServer> {
  const bucket = options.bucket ?? 'holdfast-test';
  const state = new S3Bucket();
  const account = { accessKeyId: 'AKIAHOLDFASTTEST', secretAccessKey: 'full-right/secret+key', readOnly: false };
  const readOnlyAccount = { accessKeyId: 'AKIAREADONLYTEST', secretAccessKey: 'read-only-secret', readOnly: true };
  const answers: string[] = [];
  const conditionalPut = options.conditionalPut ?? 'supported';

  const handle = async (request: IncomingMessage): Promise<Answer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const caller = verifySignature(request, [account, readOnlyAccount]);
    if (typeof caller === 'string') return refuse(caller);
    const refusal = checkBody(request, body);
    if (refusal !== undefined) return refuse(refusal);

    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, bucketName = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    if (bucketName !== bucket) return refuse('NoSuchBucket');
    if (caller.readOnly && request.method !== 'GET' && request.method !== 'HEAD') return refuse('AccessDenied');
    const ifAbsent = request.headers['if-none-match'] === '*';
    if (ifAbsent && conditionalPut === 'refused') return refuse('NotImplemented');
    const taken = (): boolean => ifAbsent && conditionalPut === 'supported' && state.objects.has(key);
    const query = url.searchParams;

    if (key === '')
      return request.method === 'GET' && query.get('list-type') === '2' ? list(query) : refuse('NotImplemented');
    const uploadId = query.get('uploadId');
    const parts = uploadId === null ? undefined : state.uploads.get(uploadId);
    if (uploadId !== null && parts === undefined) return refuse('NoSuchUpload');
    switch (`${request.method}${query.has('uploads') ? ' uploads' : ''}${uploadId === null ? '' : ' uploadId'}`) {
      case 'PUT': {
        if (taken()) return refuse('PreconditionFailed');
        return { status: 200, headers: { ETag: state.put(key, body).etag } };
      }
      case 'GET':
      case 'HEAD':
        return read(key, request.headers.range);
      case 'DELETE':
        state.objects.delete(key);
        return { status: 204 };
      case 'POST uploads':
        return xml(
          `<InitiateMultipartUploadResult><UploadId>${state.createUpload()}</UploadId></InitiateMultipartUploadResult>`,
        );
      case 'PUT uploadId': {
        const etag = quoteMd5(body);
        parts?.set(Number(query.get('partNumber')), { bytes: body, etag, modified: new Date() });
        return { status: 200, headers: { ETag: etag } };
      }
      case 'POST uploadId': {
        const joined = state.joinParts(uploadId ?? '', readParts(body.toString('utf8')));
        if (typeof joined === 'string') return refuse(joined);
        if (taken()) return refuse('PreconditionFailed');
        const { etag } = state.put(key, joined.bytes, `${quoteMd5(joined.bytes).slice(0, -1)}-${parts?.size}"`);
        state.uploads.delete(uploadId ?? '');
        return xml(`<CompleteMultipartUploadResult><ETag>${escapeXml(etag)}</ETag></CompleteMultipartUploadResult>`);
      }
      case 'DELETE uploadId':
        state.uploads.delete(uploadId ?? '');
        return { status: 204 };
      default:
        return refuse('NotImplemented');
    }
  };

  const read = (key: string, range: string | undefined): Answer => {
    const object = state.objects.get(key);
    if (object === undefined) return refuse('NoSuchKey');
    const { bytes, etag, modified } = object;
    const headers = { ETag: etag, 'Last-Modified': modified.toUTCString(), 'Accept-Ranges': 'bytes' };
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

  const list = (query: URLSearchParams): Answer => {
    if (query.has('delimiter')) return refuse('NotImplemented');
    const limit = Math.min(Number(query.get('max-keys') ?? 1000), options.pageSize ?? 1000);
    const token = query.get('continuation-token') ?? '';
    const after = Buffer.from(token, 'base64url').toString('utf8');
    const { keys, truncated } = state.list({ prefix: query.get('prefix') ?? '', after, limit });
    const contents = keys.map((key) => {
      const object = state.objects.get(key);
      return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${object?.modified.toISOString()}</LastModified><ETag>${escapeXml(object?.etag ?? '')}</ETag><Size>${object?.bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const next = truncated ? Buffer.from(keys.at(-1) ?? '').toString('base64url') : undefined;
    return xml(
      `<ListBucketResult><Name>${bucket}</Name><KeyCount>${keys.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}${contents.join('')}</ListBucketResult>`,
    );
  };

  const server = createServer((request, response) => {
    // A request that breaks off is never answered and stores nothing.
    handle(request).then(
      (answer) => {
        answers.push(`${request.method} ${answer.status}`);
        send(request, response, answer);
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
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function checkBody(request: IncomingMessage, body: Buffer): string | undefined {
  const declared = request.headers['x-amz-content-sha256'];
  if (request.headers['content-encoding'] === 'aws-chunked') return 'NotImplemented';
  if (declared !== 'UNSIGNED-PAYLOAD' && declared !== createHash('sha256').update(body).digest('hex')) {
    return 'XAmzContentSHA256Mismatch';
  }
  const md5 = request.headers['content-md5'];
  return md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64') ? 'BadDigest' : undefined;
}

function readParts(body: string): { number: number; etag: string }[] {
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([part]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));
}

function refuse(code: string): Answer {
  return { ...xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`), status: statusOf[code] ?? 403 };
}

function xml(body: string): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '');
  const length = answer.status === 204 ? {} : { 'Content-Length': body.length };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
