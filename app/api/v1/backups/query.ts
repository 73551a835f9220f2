import { z } from 'zod';
import { pageSchema } from '#app/http/read-page.ts';
import { type BackupFilter, filterStandings } from '#lib/backup-view/list-backup-summaries.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';

const dayMs = 86_400_000;
const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** What the list of backups takes. */
export const backupsQuery = pageSchema.extend({
  before: z
    .string()
    .refine((id) => parseBackupId(id) !== undefined, 'It is no id of a backup.')
    .optional(),
  label: z.string().trim().min(1).max(200).optional().meta({ description: 'A part of the label.' }),
  git: z
    .string()
    .regex(/^[0-9a-fA-F]{4,64}$/)
    .optional()
    .meta({ description: 'The beginning of a commit’s SHA.' }),
  since: time.optional().meta({ description: 'Begun on this day (UTC) or at this time, or later.' }),
  until: time.optional().meta({ description: 'Begun on this day (UTC) or before it, or before this time.' }),
  standing: z.enum(filterStandings).optional(),
});

/** The same as lib reads it. Pure. */
export function toFilter({
  connection,
  label,
  git,
  since,
  until,
  standing,
}: z.infer<typeof backupsQuery>): BackupFilter {
  return {
    ...{ connection, label, standing, git: git?.toLowerCase() },
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(Date.parse(until) + (isDay(until) ? dayMs : 0)),
  };
}

function isDay(text: string): boolean {
  return text.length === '2026-11-21'.length;
}
