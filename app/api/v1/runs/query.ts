import { z } from 'zod';
import { pageSchema } from '#app/http/read-page.ts';
import { filterStatuses } from '#app/runs/parse-run-filter.ts';
import { runKinds } from '#lib/runs/run-record.ts';

/** What the list of runs takes. */
export const runsQuery = pageSchema.extend({
  kind: z.enum(runKinds).optional(),
  status: z
    .enum(['open', ...filterStatuses])
    .optional()
    .meta({ description: '`open`: of no result yet; of those `waiting` wait for an approval, `running` do not.' }),
});
