import { createServer, type IncomingMessage } from 'node:http';
import { listenOnFreePort } from './listen-on-free-port.ts';
import { refuse, type S3Answer, sendAnswer } from './s3-answer.ts';
import { checkBody } from './s3-body.ts';
import { S3Bucket } from './s3-bucket.ts';
import { createBucketAnswers } from './s3-bucket-answers.ts';
import { createObjectAnswers } from './s3-object-answers.ts';
import type { S3ServerOptions } from './s3-options.ts';
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
  const answerOfBucket = createBucketAnswers(bucket, state, options);
  const answerOfObject = createObjectAnswers(state, options);

  const handle = async (request: IncomingMessage): Promise<S3Answer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const caller = verifySignature(request, { accounts, now: now() });
    if (typeof caller === 'string') return refuse(caller);
    const refusal = checkBody(request, body, { checksums: options.checksums ?? 'supported' });
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

/** A policy document that allows actions on a bucket and all its objects. */
function policyOf(bucket: string, actions: readonly string[]): string {
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource }] });
}
