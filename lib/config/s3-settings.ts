import { z } from 'zod';
import type { Environment } from './environment.ts';
import { parseDuration } from './parse-duration.ts';

/**
 * Classes that a GET reads at once: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html.
 * From GLACIER and DEEP_ARCHIVE a backup could not be restored without thawing it first.
 */
const storageClasses = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'EXPRESS_ONEZONE',
  'REDUCED_REDUNDANCY',
] as const;

/** `s3` of the config. */
export const s3Schema = z
  .strictObject({
    endpoint: z.url({ protocol: /^https?$/, error: 'is a URL such as https://s3.example.com' }).optional(),
    region: z.string().min(1).optional(),
    /** The bucket in the path of the URL, not in its host name. */
    forcePathStyle: z.boolean().optional(),
    serverSideEncryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).optional(),
    /** The id or ARN of the key for `aws:kms`; left out: the key of the bucket or of the account. */
    kmsKeyId: z.string().min(1).optional(),
    /** Of objects of 128 KiB and more. */
    storageClass: z.enum(storageClasses).optional(),
    checksums: z.enum(['auto', 'on', 'off']).default('auto'),
    maxAttempts: z.int().min(1).max(20).optional(),
    connectTimeout: z.string().default('10s'),
    idleTimeout: z.string().default('60s'),
    requestTimeout: z.string().default('300s'),
  })
  .superRefine(({ kmsKeyId, serverSideEncryption }, context) => {
    if (kmsKeyId === undefined || serverSideEncryption?.startsWith('aws:kms')) return;
    const message = 'needs serverSideEncryption "aws:kms" or "aws:kms:dsse" beside it';
    context.addIssue({ code: 'custom', path: ['kmsKeyId'], message });
  });

/** How an `s3://` repository is reached; what is absent the AWS SDK finds by its own rules. Holds no secret. */
export interface S3Settings {
  endpoint?: string | undefined;
  region?: string | undefined;
  /** Bucket in the path instead of the host name; default: true with an endpoint of one's own. */
  forcePathStyle?: boolean | undefined;
  serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  kmsKeyId?: string | undefined;
  storageClass?: (typeof storageClasses)[number] | undefined;
  /** Default `auto`: a CRC32 for AWS itself, an MD5 for other endpoints. */
  checksums?: 'auto' | 'on' | 'off' | undefined;
  /** Attempts of one request before it is given up, the first included; default 6. */
  maxAttempts?: number | undefined;
  timeouts?: S3Timeouts | undefined;
}

/** Milliseconds. */
export interface S3Timeouts {
  /** Until the connection stands. */
  connect: number;
  /** Without a byte in either direction. */
  idle: number;
  /** From the start of a request to the head of its answer, the upload included. */
  request: number;
}

/**
 * `s3` of the config over the AWS variables, as what code says goes over the environment in every AWS SDK: a platform
 * sets AWS_REGION to where it runs, not to where the bucket is. Of endpoints the one for S3 goes over the general one.
 * @throws UsageError where a duration does not parse.
 */
export function resolveS3(
  { connectTimeout, idleTimeout, requestTimeout, ...written }: z.output<typeof s3Schema>,
  environment: Environment,
): S3Settings {
  const attempts = Number(environment['AWS_MAX_ATTEMPTS']);
  return {
    ...written,
    endpoint: written.endpoint ?? (environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || undefined),
    region: written.region ?? (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined),
    maxAttempts: written.maxAttempts ?? (Number.isInteger(attempts) && attempts > 0 ? attempts : undefined),
    timeouts: {
      connect: parseDuration(connectTimeout, 's3.connectTimeout'),
      idle: parseDuration(idleTimeout, 's3.idleTimeout'),
      request: parseDuration(requestTimeout, 's3.requestTimeout'),
    },
  };
}
