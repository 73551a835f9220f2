import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  type LifecycleRule,
  type S3Client,
} from '@aws-sdk/client-s3';
import { readS3Failure } from './s3-error.ts';

/** `null` in each of them: it may not be asked, or the service does not know the question. */
export type Versions = 'on' | 'suspended' | 'off' | null;
export type ObjectLock = 'off' | { mode: string; period: string } | null;
/** Rules that expire objects under the prefix, and whether one ends unfinished uploads. */
export type Lifecycle = { expires: string[]; endsUploads: boolean } | null;

/** Whether the bucket keeps former versions. */
export async function askVersions(client: S3Client, Bucket: string): Promise<Versions> {
  const answer = await ask(() => client.send(new GetBucketVersioningCommand({ Bucket })));
  if (answer === undefined || answer === 'none') return null;
  return answer.Status === 'Enabled' ? 'on' : answer.Status === 'Suspended' ? 'suspended' : 'off';
}

/** Its Object Lock, with the retention that new objects get. */
export async function askObjectLock(client: S3Client, Bucket: string): Promise<ObjectLock> {
  const answer = await ask(() => client.send(new GetObjectLockConfigurationCommand({ Bucket })));
  if (answer === undefined) return null;
  if (answer === 'none' || answer.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') return 'off';
  const { Mode = 'no default', Days, Years } = answer.ObjectLockConfiguration.Rule?.DefaultRetention ?? {};
  return {
    mode: Mode,
    period: Days !== undefined ? `${Days} days` : Years !== undefined ? `${Years} years` : 'no period',
  };
}

/** What its lifecycle rules do to the objects under a prefix; `folder` is '' or ends in a slash. */
export async function askLifecycle(
  client: S3Client,
  { Bucket, folder }: { Bucket: string; folder: string },
): Promise<Lifecycle> {
  const answer = await ask(() => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })));
  if (answer === undefined) return null;
  const rules = (answer === 'none' ? [] : (answer.Rules ?? [])).filter(({ Status }) => Status === 'Enabled');
  const ours = rules.filter((rule) => touches(rule, folder));
  return {
    expires: ours.filter(expiresObjects).map(({ ID = 'without a name' }) => ID),
    endsUploads: ours.some(({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload !== undefined),
  };
}

/** Of current objects: a rule that only cleans delete markers or former versions up is a good one. */
function expiresObjects({ Expiration }: LifecycleRule): boolean {
  return Expiration?.Days !== undefined || Expiration?.Date !== undefined;
}

/** Whether a rule's prefix meets ours; a rule that also goes by tags or sizes is taken as one that does. */
function touches({ Filter }: LifecycleRule, folder: string): boolean {
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
  return prefix.startsWith(folder) || folder.startsWith(prefix);
}

/** The answer; 'none' where there is no such configuration, `undefined` where it may not be asked or is not known. */
async function ask<T>(question: () => Promise<T>): Promise<T | 'none' | undefined> {
  try {
    return await question();
  } catch (error) {
    const { code, status } = readS3Failure(error);
    if (code === 'ObjectLockConfigurationNotFoundError' || code === 'NoSuchLifecycleConfiguration') return 'none';
    if (status !== undefined && (status === 501 || (status >= 400 && status < 500))) return undefined;
    throw error;
  }
}
