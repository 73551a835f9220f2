import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { escapeXml, refuse, type S3Answer, xml } from './s3-answer.ts';
import { crc32Of } from './s3-body.ts';
import { quoteMd5, type S3Bucket, type S3ObjectSettings } from './s3-bucket.ts';
import type { S3ServerOptions } from './s3-options.ts';

/** Whether the account may do something, on an object or on the bucket. */
export type Rights = (action: string, on?: { key?: string; prefix?: string }) => boolean;

/** What AWS says to the deletion of an object under Object Lock. */
export const lockMessage = 'Access Denied because object protected by object lock.';

/** How the test server answers what is asked of one object. */
export function createObjectAnswers(state: S3Bucket, options: S3ServerOptions) {
  const conditionalPut = options.conditionalPut ?? 'supported';
  const checksums = options.checksums ?? 'supported';

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
        const removed = state.remove(key, options.versions);
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
    const lie = options.lie?.(key, bytes.length) ?? 'keep';
    const stored = lie.startsWith('store-half')
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

  return answerOfObject;
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

function readParts(body: string): { number: number; etag: string }[] {
  return [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([part]) => ({
    number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
    etag: (/<ETag>(.*?)</.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
  }));
}
