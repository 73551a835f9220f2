import { z } from 'zod';
import { DamagedError } from '#lib/errors/damaged-error.ts';
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
    code: Code ?? code ?? nameOfPlain(message) ?? name,
    status: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts ?? 1,
    message,
  };
}

/** The SDK throws some things as plain errors, known by their messages alone. */
function nameOfPlain(message: string): string | undefined {
  if (message === 'Region is missing') return 'RegionMissing';
  return message.startsWith('Checksum mismatch') ? 'ChecksumMismatch' : undefined;
}

const keyHint = 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.';
const rightHint =
  'Grant the key s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on the objects, and s3:ListBucket on the bucket.';

const kmsHint = 'Check s3.kmsKeyId, and that the key of this machine may kms:GenerateDataKey and kms:Decrypt with it.';

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
  RegionMissing: {
    code: 'storage_region',
    says: 'the region of the bucket is not known',
    hint: 'Set s3.region in the config, or AWS_REGION.',
  },
  PermanentRedirect: {
    code: 'storage_region',
    says: 'the bucket is in another region',
    hint: 'Set s3.region in the config, or AWS_REGION, to the region of the bucket.',
  },
  AuthorizationHeaderMalformed: {
    code: 'storage_region',
    says: 'the request was signed for another region',
    hint: 'Set s3.region in the config, or AWS_REGION, to the region of the bucket.',
  },
  InvalidObjectState: {
    code: 'storage_archived',
    says: 'the object lies in an archive class and cannot be read',
    hint: 'Bring it back from the archive (RestoreObject), and take away the lifecycle rule that moves objects there.',
  },
  'KMS.NotFoundException': { code: 'storage_encryption', says: 'the KMS key does not exist', hint: kmsHint },
  'KMS.DisabledException': { code: 'storage_encryption', says: 'the KMS key is disabled', hint: kmsHint },
  'KMS.KMSInvalidStateException': { code: 'storage_encryption', says: 'the KMS key cannot be used', hint: kmsHint },
  QuotaExceeded: { code: 'storage_full', says: 'the quota of the bucket is used up', hint: 'Raise it or free space.' },
  XMinioStorageFull: { code: 'storage_full', says: 'the storage is full', hint: 'Free space or add disks.' },
};

const lockedHint =
  'It can be deleted when its Object Lock, retention time or legal hold has ended; until then nothing is to be done.';

/**
 * How services say that an object may not be deleted or replaced yet: AWS `AccessDenied` and a message of its own,
 * MinIO `InvalidRequest` and "Object is WORM protected", Google `RetentionPolicyNotMet` and `ObjectUnderActiveHold`, R2
 * `ObjectLockedByBucketPolicy`.
 */
function saysLocked({ code, message }: { code: string; message: string }): boolean {
  if (/ObjectLocked|RetentionPolicyNotMet|ActiveHold|ObjectImmutable/i.test(code)) return true;
  return /object lock|WORM protected|legal hold|retention (period|policy|date)|object is locked|object is immutable/i.test(
    message,
  );
}

/**
 * What a refused request means, as the code and the words of a StorageError, and what it concerns: only its `object`,
 * or the `store` with everything in it.
 */
export function describeRefusal(failure: { code: string; status: number | undefined; message: string }): {
  code: string;
  says: string;
  hint: string;
  concerns: 'object' | 'store';
} {
  if (saysLocked(failure)) {
    return { code: 'storage_locked', says: 'the object is still locked', hint: lockedHint, concerns: 'object' };
  }
  // A HEAD answer has no body, so all it tells of an error is its status.
  const code = known[failure.code] === undefined && failure.status === 403 ? 'AccessDenied' : failure.code;
  const found = known[code];
  if (found !== undefined) {
    return { ...found, says: `${found.says} (${code})`, concerns: code === 'AccessDenied' ? 'object' : 'store' };
  }
  return {
    code: 'storage_failed',
    says: `${failure.code}: ${failure.message}`,
    hint: 'The service refused the request; its own message says why.',
    concerns: isTransient(failure) ? 'store' : 'object',
  };
}

/** Says what a failed request means: StorageError where a person must act, UnavailableError where waiting helps. */
export function toS3StoreError(error: unknown, context: { location: string; doing: string }): Error {
  if (error instanceof HoldfastError) return error;
  const failure = readS3Failure(error);
  const cannot = `Cannot ${context.doing} in ${context.location}`;
  if (failure.code === 'ChecksumMismatch') {
    return new DamagedError(
      `Cannot ${context.doing} in ${context.location}: its bytes do not have the checksum the store keeps of them`,
      {
        code: 'object_changed',
        hint: 'The object was damaged in the store or, each time, on the way from it; use another backup.',
        cause: error,
      },
    );
  }
  const refusal = describeRefusal(failure);
  if (refusal.code === 'storage_failed' && isTransient(failure)) {
    const attempts = failure.attempts > 1 ? ` after ${failure.attempts} attempts` : '';
    return new UnavailableError(`${cannot}: ${failure.code}${attempts}`, {
      code: 'storage_unavailable',
      hint: 'The service or the way to it is down or overloaded; check the endpoint and try again.',
      cause: error,
    });
  }
  return new StorageError(`${cannot}: ${refusal.says}`, { code: refusal.code, hint: refusal.hint, cause: error });
}

const transientCodes = new Set([
  'RequestTimeout',
  'IncompleteBody',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'InternalError',
  'SlowDown',
  'ServiceUnavailable',
  'OperationAborted',
  'Throttling',
  'TooManyRequests',
  'TimeoutError',
  'TruncatedBodyError',
  'ERR_STREAM_PREMATURE_CLOSE',
  'EAI_AGAIN',
]);

/** Throttling, a failing service, a failing network (Node's errno names and those of its HTTP parser). */
export function isTransient({ code, status }: { code: string; status: number | undefined }): boolean {
  if (status !== undefined && (status >= 500 || status === 429)) return true;
  return transientCodes.has(code) || /^E[A-Z]+$/.test(code) || code.startsWith('HPE_');
}
