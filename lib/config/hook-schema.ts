import { z } from 'zod';

/** What a hook can start. One word more here, and one more case where hooks are started, is one more kind of hook. */
export const hookActions = ['backup', 'gate', 'backup-and-gate'] as const;
export type HookAction = (typeof hookActions)[number];

/** Who may sign what a hook is sent. */
const hookSignatures = ['vercel', 'github', 'hmac'] as const;
export type HookSignature = (typeof hookSignatures)[number];

/** A hook's name is a part of its address. */
const hookName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a hook name is lower case: a letter, then letters, digits or -');

const gateSchema = z.strictObject({
  /** How old the backup may be, e.g. `24h`. */
  maxAge: z.string().default('24h'),
  require: z.enum(['stored', 'verified', 'proven']).optional(),
});

const hookSchema = z
  .strictObject({
    start: z.enum(hookActions),
    connection: z.string(),
    /** Kept with the backups it starts. */
    label: z.string().max(200).optional(),
    gate: gateSchema.optional(),
    /** How long who waits is kept waiting, e.g. `30m`; what was started goes on. */
    wait: z.string().default('30m'),
    /** Also opened by a signed webhook. */
    signature: z.enum(hookSignatures).optional(),
    /** The secret the webhook is signed with, or better the name of the variable that holds it. */
    secret: z.string().optional(),
    secretFrom: z.string().optional(),
    /** Which webhooks start something; the others are answered and start nothing. */
    events: z.array(z.string().min(1)).min(1).optional(),
    /** Only webhooks about these branches or tags. */
    refs: z.array(z.string().min(1)).min(1).optional(),
    /** Only webhooks about these environments of a deployment, such as `production`. */
    targets: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine(
    ({ signature, secret, secretFrom }) => (signature !== undefined) === ((secret ?? secretFrom) !== undefined),
    'a signature needs secret or secretFrom, and they need a signature',
  )
  .refine(
    ({ signature, events, refs, targets }) => signature !== undefined || (events ?? refs ?? targets) === undefined,
    'events, refs and targets are about webhooks: they need a signature',
  )
  .refine(({ start, gate }) => start !== 'backup' || gate === undefined, 'start: backup asks no gate');

/** `hooks` of the config. */
export const hooksSchema = z.record(z.string(), hookSchema).superRefine((hooks, context) => {
  for (const name of Object.keys(hooks)) {
    for (const { message } of hookName.safeParse(name).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  }
});
export type WrittenHooks = z.output<typeof hooksSchema>;
