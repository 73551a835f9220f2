import { z } from 'zod';
import { channelSchema } from './channel-schema.ts';
import { extraFormatSchema } from './extra-formats.ts';
import { findBadCron } from './find-bad-cron.ts';
import { hooksSchema } from './hook-schema.ts';
import { oidcSchema } from './oidc-schema.ts';
import { retentionSchema } from './retention-schema.ts';
import { s3Schema } from './s3-settings.ts';

/** A connection's name: what events, steps and reports carry in place of its URL. */
export const connectionName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'a connection name is lower case: a letter, then letters, digits, _ or -');

/**
 * A question about the data whose answer must be the same in the copy. Without `expect` the answer of the source's
 * snapshot is what the copy is held against; `expect` may fix rows, a scalar, or the range of a scalar.
 */
export const criticalQuerySchema = z.strictObject({
  name: z.string().min(1),
  sql: z.string().min(1),
  expect: z
    .union([
      z.strictObject({ rows: z.array(z.array(z.string().nullable())) }),
      z.strictObject({ scalar: z.union([z.string(), z.number()]) }),
      z.strictObject({ min: z.number().optional(), max: z.number().optional() }),
    ])
    .optional(),
});

/** The workflows a schedule can start. */
export const scheduledKinds = ['backup', 'drill', 'verify'] as const;

/** When what is done by itself: five cron fields each, in one time zone. */
const scheduleSchema = z
  .strictObject({
    backup: z.string().optional(),
    drill: z.string().optional(),
    verify: z.string().optional(),
    /** A name of the IANA list, such as `Europe/Berlin`. */
    timezone: z.string().default('UTC'),
    /** Every tick is put off by a part of this, another one each time. */
    jitter: z.string().default('0s'),
  })
  .superRefine((schedule, context) => {
    if (!isTimeZone(schedule.timezone)) {
      const message = `${JSON.stringify(schedule.timezone)} is no time zone, such as "Europe/Berlin"`;
      context.addIssue({ code: 'custom', path: ['timezone'], message });
      return;
    }
    for (const kind of scheduledKinds) {
      const cron = schedule[kind];
      const message = cron === undefined ? undefined : findBadCron(cron);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [kind], message });
    }
  });

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // A RangeError: no such zone. The caller says so.
    return false;
  }
}

const connectionSchema = z.strictObject({
  /** The URL itself, or better the name of the variable that holds it. */
  url: z.string().optional(),
  urlFrom: z.string().optional(),
  /** A restore over a protected connection needs the name typed, or `--yes-replace NAME`. */
  protected: z.boolean().default(false),
  criticalQueries: z.array(criticalQuerySchema).optional(),
  /** Schemas that are left out of backups; said so in the manifest. */
  excludeSchemas: z.array(z.string()).default([]),
  /** How the server is reached; `auto`: by WebSocket where the host is Neon's and the runtime has no TCP, else by TCP. */
  driver: z.enum(['auto', 'tcp', 'websocket']).default('auto'),
  /** The WebSocket proxy in front of a server that is not Neon's: `host:port/path`; else HOLDFAST_NEON_WSPROXY. */
  wsProxy: z.string().optional(),
  /** Where the database lives on Neon; with NEON_API_KEY its branches are used for snapshots and cut-overs. */
  neon: z.strictObject({ project: z.string().min(1), branch: z.string().min(1).optional() }).optional(),
  /** The dead-man switch that each good backup pings, or better the name of the variable that holds its URL. */
  ping: z.string().optional(),
  pingFrom: z.string().optional(),
  /** Recovery point objective: how old the newest good backup may be, e.g. `24h`. */
  rpo: z.string().optional(),
  /** Recovery time objective: how long a drill's recovery may take, e.g. `30m`. */
  rto: z.string().optional(),
  /** How old the last proof may be, where there is an `rpo` or an `rto`. */
  proveWithin: z.string().default('8d'),
  schedule: scheduleSchema.optional(),
  /** Formats that are stored beside each of its backups, over the `formats` of all. */
  formats: z.array(extraFormatSchema).optional(),
  /** Which of its backups are kept, over the `retention` of all; `null`: every one. */
  retention: retentionSchema.nullable().optional(),
  /** Where its drills restore to: beside the database of the connection `on`, else on a server started for them. */
  drill: z.strictObject({ on: connectionName }).optional(),
});

/** The shape of `holdfast.config.ts`; everything has a default. */
export const configSchema = z.strictObject({
  repository: z.string().optional(),
  /** How the bucket of an `s3://` repository is reached, and what is asked of it. */
  s3: s3Schema.prefault({}),
  connections: z
    .record(z.string(), connectionSchema)
    .superRefine((connections, context) => {
      // Checked here and not as the record's key, whose own message zod does not show.
      for (const name of Object.keys(connections)) {
        for (const { message } of connectionName.safeParse(name).error?.issues ?? []) {
          context.addIssue({ code: 'custom', path: [name], message });
        }
      }
    })
    .default({}),
  codec: z.enum(['zstd', 'gzip']).default('zstd'),
  /** Parallel chains of steps that move rows. */
  lanes: z.int().min(1).max(16).default(2),
  /** How long one step works before it hands over to the next, e.g. `240s`. */
  stepBudget: z.string().default('240s'),
  /** How long to wait for a lock on a source table before giving up. */
  lockTimeout: z.string().default('30s'),
  /** How long a failed step waits for its second attempt; each further wait is three times as long, up to 60 s. */
  retryDelay: z.string().default('1s'),
  /** Which pg_dump makes the schema; `auto` takes a native one where it is new enough. */
  pgDump: z.enum(['auto', 'native', 'wasm']).default('auto'),
  proof: z.enum(['content', 'counts']).default('content'),
  /** Where the embedded runner keeps its journals. */
  stateFolder: z.string().default('.holdfast/state'),
  /** How long the database that a cut-over has put aside is kept, e.g. `7d`; until then `holdfast rollback` works. */
  keepPrevious: z.string().default('7d'),
  /** A run without a sign of life for this long counts as dead; the sweeper takes away what it has left. */
  deadAfter: z.string().default('24h'),
  /** Which backups are kept, where a connection does not say it for itself; without it every one is. */
  retention: retentionSchema.optional(),
  /** Formats that are stored beside each backup, readable without Holdfast. */
  formats: z.array(extraFormatSchema).default([]),
  /** How long a chunk that no backup names stays before it is swept, e.g. `72h`: longer than any backup takes. */
  sweepGrace: z.string().default('72h'),
  /** How long the record of a run that has ended is kept. */
  keepRuns: z.string().default('90d'),
  /** How long a restore with `--require-approval` waits; then its copy is discarded. */
  approvalTimeout: z.string().default('24h'),
  /** Sign-in by an identity provider. */
  oidc: oidcSchema.optional(),
  /** How many proxies stand before the server. */
  trustedProxies: z.int().min(0).max(16).default(0),
  /** Who is told of failures, of backups that are overdue, and that it is over. */
  notify: z.array(channelSchema).default([]),
  /** After how long an alarm is told again that nobody has cured. */
  repeatAlarms: z.string().default('24h'),
  /** The dead-man switch of connections without one of their own. */
  ping: z.string().optional(),
  pingFrom: z.string().optional(),
  /** Addresses that start something when they are posted to. */
  hooks: hooksSchema.default({}),
  /** Where the console is reached; messages then link to the run. */
  publicUrl: z.string().optional(),
});

export type CriticalQuery = z.infer<typeof criticalQuerySchema>;
/** What a person writes. */
export type UserConfig = z.input<typeof configSchema>;
export type ParsedConfig = z.output<typeof configSchema>;
