import { z } from 'zod';
import { shaStart } from '#app/backups/to-backup-filter.ts';
import { pageSchema } from '#app/http/read-page.ts';
import { filterStandings } from '#lib/backup-view/list-backup-summaries.ts';
import { parseBackupId } from '#lib/repository/backup-id.ts';

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** What the list of backups takes. */
export const backupsQuery = pageSchema.extend({
  before: z
    .string()
    .refine((id) => parseBackupId(id) !== undefined, 'It is no id of a backup.')
    .optional(),
  label: z.string().trim().min(1).max(200).optional().meta({ description: 'A part of the label.' }),
  git: z.string().regex(shaStart).optional().meta({ description: 'The beginning of a commit’s SHA.' }),
  since: time.optional().meta({ description: 'Begun on this day (UTC) or at this time, or later.' }),
  until: time.optional().meta({ description: 'Begun on this day (UTC) or before it, or before this time.' }),
  standing: z.enum(filterStandings).optional(),
});
