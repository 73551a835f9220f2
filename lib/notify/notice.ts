import { z } from 'zod';
import { noticeEvents } from '#lib/config/channel.ts';
import { runKinds } from '#lib/runs/run-record.ts';

/**
 * What people are told, the same for every channel: data, no secret. It is the `data` of a webhook's body, which
 * docs/operations.md describes. Numbers that may pass 2^53 are decimal strings; `null` is what does not apply.
 */
export const noticeSchema = z.strictObject({
  /** The same for every attempt, and for every channel. */
  id: z.string(),
  event: z.enum([...noticeEvents, 'test']),
  at: z.iso.datetime(),
  /** One line, as in `Backup of production failed`. */
  title: z.string(),
  message: z.string(),
  hint: z.string(),
  connection: z.string().nullable(),
  target: z.string().nullable(),
  kind: z.enum(runKinds).nullable(),
  run: z.string().nullable(),
  backup: z.string().nullable(),
  status: z.string().nullable(),
  durationMs: z.number().nullable(),
  rows: z.string().nullable(),
  /** Bytes of rows as COPY writes them. */
  bytes: z.string().nullable(),
  /** Stored bytes that were not in the repository before. */
  newBytes: z.string().nullable(),
  /** The first check that failed. */
  check: z.strictObject({ object: z.string(), expected: z.string(), actual: z.string() }).nullable(),
  /** The run in the console. */
  link: z.string().nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;
