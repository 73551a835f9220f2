import { z } from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.strictObject({ StringLike: z.strictObject({ 's3:prefix': oneOrMore }) }).optional(),
});
const policySchema = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statementSchema) });
export type S3Policy = z.infer<typeof policySchema>;

/** Reads a policy document; what it does not know of the language is an error, never ignored. */
export function parsePolicy(text: string): S3Policy {
  return policySchema.parse(JSON.parse(text));
}

/**
 * Whether a policy allows an action on an object, or (without `key`) on the bucket: some statement allows it and none
 * denies it. `prefix` is the value of `s3:prefix`; a condition on it never holds where there is none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allows(
  policy: S3Policy,
  request: { action: string; bucket: string; key?: string; prefix?: string },
): boolean {
  const resource = `arn:aws:s3:::${request.bucket}${request.key === undefined ? '' : `/${request.key}`}`;
  const effects = policy.Statement.filter(
    ({ Action, Resource, Condition }) =>
      Action.some((pattern) => matches(pattern, request.action)) &&
      Resource.some((pattern) => matches(pattern, resource)) &&
      (Condition === undefined ||
        Condition.StringLike['s3:prefix'].some(
          (pattern) => request.prefix !== undefined && matches(pattern, request.prefix),
        )),
  ).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** `*` is any text, `?` any character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
