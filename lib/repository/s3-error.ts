import { z } from 'zod';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { StorageError } from '#lib/errors/storage-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** What of an SDK error decides anything. `code` is S3's error code or Node's errno name. */
export interface S3Failure {
  code: string;
  status: number | undefined;
  /** Attempts the SDK made of this request. */
  attempts: number;
  message: string;
}

const sdkError = z.looseObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  Code: z.string().optional(),
  $metadata: z.looseObject({ httpStatusCode: z.int().optional(), attempts: z.int().optional() }).optional(),
});

/** Reads what the SDK threw: a service error (`name` is its code), or a network error with Node's `code`. */
export function readS3Failure(error: unknown): S3Failure {
  const parsed = sdkError.safeParse(error);
  if (!parsed.success) return { code: 'Unknown', status: undefined, attempts: 1, message: String(error) };
  const { name, message, code, Code, $metadata } = parsed.data;
  return {
    code: Code ?? code ?? name,
    status: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts ?? 1,
    message,
  };
}

const keyHint = 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.';
const rightHint =
  'Grant the key s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the objects, and s3:ListBucket on the bucket.';

/** Errors a person has to end; https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const known: Record<string, { code: string; says: string; hint: string }> = {
  NoSuchBucket: {
    code: 'storage_no_bucket',
    says: 'the bucket does not exist',
    hint: 'Create the bucket, or correct the name in HOLDFAST_REPOSITORY and the endpoint.',
  },
  InvalidAccessKeyId: { code: 'storage_credentials', says: 'the access key is not known', hint: keyHint },
  SignatureDoesNotMatch: {
    code: 'storage_credentials',
    says: 'the secret key does not belong to the access key',
    hint: keyHint,
  },
  InvalidToken: { code: 'storage_credentials', says: 'the session token is not valid', hint: keyHint },
  ExpiredToken: { code: 'storage_credentials', says: 'the session token has expired', hint: 'Sign in again.' },
  CredentialsProviderError: {
    code: 'storage_credentials',
    says: 'no credentials were found',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
  },
  AccessDenied: { code: 'storage_denied', says: 'access denied', hint: rightHint },
  AllAccessDisabled: { code: 'storage_denied', says: 'access to the bucket is disabled', hint: rightHint },
  RequestTimeTooSkewed: {
    code: 'storage_clock',
    says: "this machine's clock differs too much from the service's",
    hint: 'Set the clock of this machine (NTP).',
  },
  PermanentRedirect: {
    code: 'storage_region',
    says: 'the bucket is in another region',
    hint: 'Set AWS_REGION to the region of the bucket.',
  },
  AuthorizationHeaderMalformed: {
    code: 'storage_region',
    says: 'the request was signed for another region',
    hint: 'Set AWS_REGION to the region of the bucket.',
  },
  QuotaExceeded: { code: 'storage_full', says: 'the quota of the bucket is used up', hint: 'Raise it or free space.' },
  XMinioStorageFull: { code: 'storage_full', says: 'the storage is full', hint: 'Free space or add disks.' },
};

/** Says what a failed request means: StorageError where a person must act, UnavailableError where waiting helps. */
export function toS3StoreError(error: unknown, context: { location: string; doing: string }): Error {
  if (error instanceof HoldfastError) return error;
  const failure = readS3Failure(error);
  const cannot = `Cannot ${context.doing} in ${context.location}`;
  // A HEAD answer has no body, so all it tells of an error is its status.
  const code = known[failure.code] === undefined && failure.status === 403 ? 'AccessDenied' : failure.code;
  const found = known[code];
  if (found !== undefined) {
    return new StorageError(`${cannot}: ${found.says} (${code})`, { code: found.code, hint: found.hint, cause: error });
  }
  if (isTransient(failure)) {
    const attempts = failure.attempts > 1 ? ` after ${failure.attempts} attempts` : '';
    return new UnavailableError(`${cannot}: ${failure.code}${attempts}`, {
      code: 'storage_unavailable',
      hint: 'The service or the way to it is down or overloaded; check the endpoint and try again.',
      cause: error,
    });
  }
  return new StorageError(`${cannot}: ${failure.code}: ${failure.message}`, {
    code: 'storage_failed',
    hint: 'The service refused the request; its own message says why.',
    cause: error,
  });
}

const transientCodes = new Set([
  'RequestTimeout',
  'IncompleteBody',
  'InternalError',
  'SlowDown',
  'TimeoutError',
  'TruncatedBodyError',
  'ERR_STREAM_PREMATURE_CLOSE',
  'EAI_AGAIN',
]);

/** Throttling, a failing service, a failing network (Node's errno names and those of its HTTP parser). */
function isTransient({ code, status }: S3Failure): boolean {
  if (status !== undefined && (status >= 500 || status === 429)) return true;
  return transientCodes.has(code) || /^E[A-Z]+$/.test(code) || code.startsWith('HPE_');
}
