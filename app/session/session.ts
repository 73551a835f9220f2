import { z } from 'zod';

const subjectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('token'), tokenId: z.string() }),
  /** `digest`: of the `HOLDFAST_TOKEN` that was given; another one ends the session. */
  z.strictObject({ kind: z.literal('environment'), digest: z.string() }),
  z.strictObject({
    ...{ kind: z.literal('oidc'), issuer: z.string(), subject: z.string(), name: z.string() },
    /** Values of the role claim that the config named; which role they stand for is asked on each request. */
    values: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('setup'), setup: z.string() }),
]);

/** Where a session comes from: what says on each request who it is, and whether it still may be. */
export type SessionSubject = z.infer<typeof subjectSchema>;

/** What the cookie seals. Epoch milliseconds. */
export const sessionSchema = z.strictObject({ subject: subjectSchema, startedAt: z.number(), seenAt: z.number() });
export type Session = z.infer<typeof sessionSchema>;

const hour = 3_600_000;
/** From its beginning: a working day; the one of a setup link is there to make a token. */
const lifetimeMs = (subject: SessionSubject): number => (subject.kind === 'setup' ? hour : 12 * hour);
/** Without a request. */
const idleMs = 2 * hour;
/** How old the last request that the cookie knows of may be before it is written anew. */
const refreshMs = 5 * 60_000;

/** Whether the session is good at this moment, as far as time goes. */
export function isAlive({ subject, startedAt, seenAt }: Session, now = Date.now()): boolean {
  return now < startedAt + lifetimeMs(subject) && now < seenAt + idleMs && startedAt <= now + refreshMs;
}

/** The session with this moment as its last request, where that is worth a new cookie. */
export function refresh(session: Session, now = Date.now()): Session | undefined {
  return now - session.seenAt > refreshMs ? { ...session, seenAt: now } : undefined;
}

/** How long the browser keeps the cookie, in seconds. */
export function cookieLifetime({ subject, startedAt }: Session, now = Date.now()): number {
  return Math.max(0, Math.floor((startedAt + lifetimeMs(subject) - now) / 1_000));
}
