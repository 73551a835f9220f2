import { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings, S3Timeouts } from '#lib/config/s3-settings.ts';
import { boundAnswers } from './bound-answers.ts';
import { readListings } from './read-listings.ts';

/** How to reach an S3 service. What is left out, the SDK's own chain finds (credentials, region of AWS). */
export interface S3Options extends S3Settings {
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined } | undefined;
}

const defaultTimeouts: S3Timeouts = { connect: 10_000, idle: 60_000, request: 300_000 };
export const defaultMaxAttempts = 6;

/**
 * The SDK's client, set up for AWS and for the services that imitate it.
 *
 * Credentials that are not given are found by the SDK's default chain for Node: variables, SSO, the shared files of
 * AWS_PROFILE, a credential process, a web identity, the role of the container or the instance.
 *
 * Checksums `WHEN_REQUIRED`: the SDK's default is a CRC in an aws-chunked trailer, which older MinIO and Backblaze
 * refuse. `UploadChecks` sends what protects a body. Signature Version 4 covers the SHA-256 of the body in any case
 * (`x-amz-content-sha256`), and the service refuses a body that does not match it.
 *
 * No `Expect: 100-continue`: the SDK opens a connection of its own for each request that carries it.
 *
 * Retries are the SDK's standard mode: exponential backoff with full jitter, for 5xx, throttling, time-outs and
 * dropped connections. A clock that differs from the service's is corrected by the SDK, from the answer's own date.
 */
export function createS3Client(options: S3Options): S3Client {
  const timeouts = options.timeouts ?? defaultTimeouts;
  const region = options.region ?? (options.endpoint === undefined ? undefined : regionOfEndpoint(options.endpoint));
  const { credentials } = options;
  const client = new S3Client({
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
    forcePathStyle: options.forcePathStyle ?? wantsPathStyle(options.endpoint),
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
  // In this order: of two of the same place the later one is nearer to the answer.
  readListings(client);
  boundAnswers(client, timeouts.request);
  return client;
}

/** Whether requests go to AWS itself: no endpoint is named, or one of its own. */
export function isAws(endpoint: string | undefined): boolean {
  return endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

/** AWS and Tigris want the bucket in the host name; what runs at an address of one's own often has none for it. */
function wantsPathStyle(endpoint: string | undefined): boolean {
  return (
    endpoint !== undefined &&
    !isAws(endpoint) &&
    !/(^|\.)(tigris\.dev|t3\.storage\.dev)$/.test(new URL(endpoint).hostname)
  );
}

/** The region that an endpoint's name holds (`s3.us-west-004.backblazeb2.com`), which some services hold requests to. */
function regionOfEndpoint(endpoint: string): string {
  const { hostname } = new URL(endpoint);
  if (/\.r2\.cloudflarestorage\.com$|tigris\.dev$|t3\.storage\.dev$/.test(hostname)) return 'auto';
  return /^s3[.-]([a-z]{2}-[a-z0-9-]*\d)\./.exec(hostname)?.[1] ?? 'us-east-1';
}
