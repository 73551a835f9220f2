import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the test server says to one request. */
export interface S3Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: Buffer | string;
}

const statusOf: Record<string, number> = {
  NoSuchKey: 404,
  NoSuchBucket: 404,
  NoSuchUpload: 404,
  NoSuchLifecycleConfiguration: 404,
  ObjectLockConfigurationNotFoundError: 404,
  PreconditionFailed: 412,
  NotImplemented: 501,
  InvalidRange: 416,
  MethodNotAllowed: 405,
  InvalidArgument: 400,
  InvalidRequest: 400,
  InvalidToken: 400,
  BadDigest: 400,
  MissingContentMD5: 400,
  XAmzContentSHA256Mismatch: 400,
  InvalidPart: 400,
  EntityTooSmall: 400,
};

/** An S3 error; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export function refuse(code: string, message = code): S3Answer {
  return {
    ...xml(`<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`),
    status: statusOf[code] ?? 403,
  };
}

export function xml(body: string): S3Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: S3Answer): void {
  const body = Buffer.from(answer.body ?? '');
  const length = answer.status === 204 ? {} : { 'Content-Length': body.length };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}
