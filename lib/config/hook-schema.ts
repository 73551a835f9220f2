import { z } from 'zod';

/** What a hook can start. One word more here, and one more case where hooks are started, is one more kind of hook. */
export const hookActions = ['backup', 'gate', 'backup-and-gate', 'transfer'] as const;
export type HookAction = (typeof hookActions)[number];

/** Who may sign what a hook is sent. */
export const hookSignatures = ['vercel', 'github', 'hmac'] as const;
export type HookSignature = (typeof hookSignatures)[number];

/** What of GitHub can start something: events whose bodies tell that they are those, and when they were. */
export const githubEvents = [
  'push',
  'release',
  'deployment',
  'deployment_status',
  'workflow_run',
  'pull_request',
] as const;
export type GitHubEvent = (typeof githubEvents)[number];

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
    /** Of a transfer: where the database goes. */
    to: z.string().optional(),
    /** Of a transfer: makes the source read-only. */
    fence: z.boolean().optional(),
    /** Of a transfer: the name of `to` once more, where it is protected or holds something. Written here it is consent. */
    confirm: z.string().optional(),
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
  .refine(
    ({ signature, events = [] }) => signature !== 'github' || events.every(isGitHubEvent),
    `events of GitHub that can start something: ${githubEvents.join(', ')}`,
  )
  .refine(
    ({ start, gate }) => gate === undefined || start.endsWith('gate'),
    'this start asks no gate: leave `gate` out',
  )
  .refine(
    ({ start, to }) => (start === 'transfer') === (to !== undefined),
    'a transfer needs `to`, and nothing else does',
  )
  .refine(
    ({ to, fence, confirm }) => to !== undefined || (fence ?? confirm) === undefined,
    'fence and confirm are about a transfer',
  )
  .refine(({ to, label }) => to === undefined || label === undefined, 'a transfer gives its backup a label of its own')
  .refine(({ start, label }) => start !== 'gate' || label === undefined, 'a gate makes no backup: leave `label` out')
  .refine(({ connection, to }) => connection !== to, '`to` is the connection itself')
  .refine(({ to, confirm }) => confirm === undefined || confirm === to, '`confirm` has to be the name of `to`');

/** Whether an event of GitHub can start something. */
export function isGitHubEvent(event: string): event is GitHubEvent {
  return githubEvents.some((known) => known === event);
}

/** `hooks` of the config. */
export const hooksSchema = z.record(z.string(), hookSchema).superRefine((hooks, context) => {
  for (const name of Object.keys(hooks)) {
    for (const { message } of hookName.safeParse(name).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  }
});
export type WrittenHooks = z.output<typeof hooksSchema>;
