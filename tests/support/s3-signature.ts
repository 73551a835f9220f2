import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface S3Account {
  accessKeyId: string;
  secretAccessKey: string;
  /** Requests must carry it, as those of temporary credentials do. */
  sessionToken?: string;
}

const maximumSkewMs = 15 * 60 * 1000;

/**
 * Checks a request's Signature Version 4 and gives its account, or the S3 error code that AWS answers with.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function verifySignature(
  request: IncomingMessage,
  { accounts, now }: { accounts: readonly S3Account[]; now: number },
): S3Account | string {
  const header =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (header === null) return request.headers.authorization === undefined ? 'AccessDenied' : 'InvalidArgument';
  const [, accessKeyId = '', day = '', region = '', signedHeaders = '', signature] = header;
  const account = accounts.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (account === undefined) return 'InvalidAccessKeyId';

  const time = String(request.headers['x-amz-date']);
  const signedAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - signedAt) < maximumSkewMs)) return 'RequestTimeTooSkewed';
  if (request.headers['x-amz-security-token'] !== account.sessionToken) return 'InvalidToken';

  const url = new URL(request.url ?? '/', 'http://localhost');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const names = signedHeaders.split(';');
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !names.includes(name));
  if (!names.includes('host') || unsigned.length > 0) return 'AccessDenied';
  const canonical = [
    request.method,
    url.pathname.split('/').map(decodeURIComponent).map(encode).join('/'),
    query,
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    request.headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    Buffer.from(`AWS4${account.secretAccessKey}`),
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === signature ? account : 'SignatureDoesNotMatch';
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
