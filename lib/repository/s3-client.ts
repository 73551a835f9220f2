import { S3Client } from '@aws-sdk/client-s3';

/** How to reach an S3 service. What is left out, the SDK's own chain finds (credentials, region of AWS). */
export interface S3Options {
  /** `https://<account>.r2.cloudflarestorage.com`, `http://localhost:9000`, ...; left out: AWS itself. */
  endpoint?: string | undefined;
  region?: string | undefined;
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined } | undefined;
  /** Bucket in the path instead of the host name; default: true with an endpoint of one's own, else false. */
  forcePathStyle?: boolean | undefined;
  timeouts?: S3Timeouts | undefined;
  /** Attempts of one request before it is given up, the first included; default 6. */
  maxAttempts?: number | undefined;
}

/** Milliseconds. */
interface S3Timeouts {
  /** Until the connection stands; default 10 s. */
  connect: number;
  /** Without a byte in either direction; default 60 s. */
  idle: number;
  /** From the start of a request to the head of its answer, the upload included; default 5 min. */
  request: number;
}

const defaultTimeouts: S3Timeouts = { connect: 10_000, idle: 60_000, request: 300_000 };
export const defaultMaxAttempts = 6;

/**
 * The SDK's client, set up for AWS and for the services that imitate it.
 *
 * Checksums `WHEN_REQUIRED`: the SDK's default is a CRC in an aws-chunked trailer, which R2, older MinIO and Backblaze
 * refuse. Bodies are protected all the same: Signature Version 4 covers the SHA-256 of the body
 * (`x-amz-content-sha256`), and the service refuses a body that does not match it.
 *
 * No `Expect: 100-continue`: the SDK opens a connection of its own for each request that carries it.
 *
 * Retries are the SDK's standard mode: exponential backoff with full jitter, for 5xx, throttling, time-outs and
 * dropped connections.
 */
export function createS3Client(options: S3Options): S3Client {
  const timeouts = options.timeouts ?? defaultTimeouts;
  const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1');
  const { credentials } = options;
  return new S3Client({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
          },
        }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    retryMode: 'standard',
    maxAttempts: options.maxAttempts ?? defaultMaxAttempts,
    requestHandler: {
      connectionTimeout: timeouts.connect,
      socketTimeout: timeouts.idle,
      requestTimeout: timeouts.request,
      throwOnRequestTimeout: true,
    },
  });
}
