import { z } from 'zod';
import { noticeEvents } from './channel.ts';

const base = {
  /** What records and `holdfast notify test NAME` call it; the kind where it is not given. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a channel name is lower case: a letter, then letters, digits or -')
    .optional(),
  on: z.array(z.enum(noticeEvents)).default(['failure', 'overdue', 'recovered']),
  /** Only what is about these connections. */
  connections: z.array(z.string()).optional(),
};

/** The URL itself, or better the name of the variable that holds it: it lets anybody post. */
const target = { url: z.string().optional(), urlFrom: z.string().optional() };
const hasTarget = (written: { url?: string | undefined; urlFrom?: string | undefined }): boolean =>
  (written.url ?? written.urlFrom) !== undefined;
const needsTarget = 'it needs url or urlFrom';

const webhook = z
  .strictObject({
    ...base,
    kind: z.literal('webhook'),
    ...target,
    secret: z.string().optional(),
    secretFrom: z.string().optional(),
  })
  .refine(hasTarget, needsTarget)
  .refine(({ secret, secretFrom }) => (secret ?? secretFrom) !== undefined, 'it needs secret or secretFrom');

const slack = z.strictObject({ ...base, kind: z.literal('slack'), ...target }).refine(hasTarget, needsTarget);
const discord = z.strictObject({ ...base, kind: z.literal('discord'), ...target }).refine(hasTarget, needsTarget);

const email = z
  .strictObject({
    ...base,
    kind: z.literal('email'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).optional(),
    /** `starttls` asks for encryption and sends nothing without it; `implicit` begins with it. */
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    user: z.string().optional(),
    userFrom: z.string().optional(),
    password: z.string().optional(),
    passwordFrom: z.string().optional(),
    caFile: z.string().optional(),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
  })
  .refine(
    (written) =>
      ((written.user ?? written.userFrom) === undefined) === ((written.password ?? written.passwordFrom) === undefined),
    'a login needs both a user and a password',
  )
  .refine(
    ({ tls, host, password, passwordFrom }) =>
      tls !== 'none' || (password ?? passwordFrom) === undefined || ['localhost', '127.0.0.1', '::1'].includes(host),
    'a password would leave this machine in the clear: write tls: starttls or implicit',
  );

/** One entry of `notify` in the config. */
export const channelSchema = z.discriminatedUnion('kind', [webhook, slack, discord, email]);
export type WrittenChannel = z.output<typeof channelSchema>;
