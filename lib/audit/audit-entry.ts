import { z } from 'zod';

/**
 * `accepted`: who asked may do it, and it was begun; the outcome of a run is in the run. `failed`: it was begun and did
 * not come to pass. `refused`: nothing was begun.
 */
const auditOutcomes = ['accepted', 'failed', 'refused'] as const;

/** `audit/<yyyymmdd>/<id>.json`: one thing that somebody did or tried. Never holds a secret. */
export const auditEntrySchema = z.strictObject({
  /** Sorts by time. */
  id: z.string(),
  at: z.iso.datetime(),
  who: z.strictObject({
    kind: z.enum(['token', 'oidc', 'environment', 'setup', 'cli', 'hook', 'schedule', 'retention', 'nobody']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  role: z.string().nullable(),
  /** The address of the client, or the host of a command line or of the service itself. */
  from: z.string(),
  /**
   * What was done: an action of the permission table, `sign-in`, `sign-out`, the name of an event, `gate` (a hook that
   * asks only), or `hook` (somebody was not let in by one).
   */
  what: z.string(),
  /** What it was done to: a connection, a run, a backup, a token, a hook. */
  object: z.string().nullable(),
  outcome: z.enum(auditOutcomes),
  run: z.string().nullable(),
  /** Small facts; for a failure its `code`. */
  detail: z.record(z.string(), z.union([z.string().max(500), z.number(), z.boolean(), z.null()])),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** What the caller knows of an entry; the store adds its id and its time. */
export type AuditNote = Omit<AuditEntry, 'id' | 'at' | 'run' | 'detail'> & Partial<Pick<AuditEntry, 'run' | 'detail'>>;
