import { z } from 'zod';

/**
 * What was looked at: `verify` read every object of the backup, `sample` some of them, `proof` restored it and compared
 * the copy with the manifest.
 */
export const checkKinds = ['verify', 'sample', 'proof'] as const;
export type CheckKind = (typeof checkKinds)[number];

/**
 * One look at a backup, kept beside its manifest as `checks/<run>-<kind>-<passed|failed>.json`: the key alone tells a
 * listing how a backup stands, the object tells the rest.
 */
export const backupCheckSchema = z.strictObject({
  kind: z.enum(checkKinds),
  passed: z.boolean(),
  /** The run that looked. */
  run: z.string(),
  at: z.iso.datetime(),
  /** One line for people: how it was looked at, and what was found. */
  how: z.string(),
  /** Of a drill: milliseconds from its start to the proven copy, the measured recovery time. */
  recoveryMs: z.int().nonnegative().nullable(),
});
export type BackupCheck = z.infer<typeof backupCheckSchema>;
