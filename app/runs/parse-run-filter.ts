import { z } from 'zod';
import { connectionName } from '#lib/config/config-schema.ts';
import type { RunFilter } from '#lib/run-view/list-run-summaries.ts';
import { isRunId } from '#lib/runs/run-id.ts';
import { runKinds, runStatuses } from '#lib/runs/run-record.ts';

/** The states that a list can be narrowed to. */
export const filterStatuses = ['running', 'waiting', ...runStatuses] as const;

const filterSchema = z.object({
  kind: z.enum(runKinds).optional().catch(undefined),
  connection: connectionName.optional().catch(undefined),
  status: z.enum(filterStatuses).optional().catch(undefined),
  before: z.string().refine(isRunId).optional().catch(undefined),
});

/** The filter of a page's address; whatever does not parse narrows nothing. */
export function parseRunFilter(
  query: Record<string, string | string[] | undefined>,
): RunFilter & { before?: string | undefined } {
  return filterSchema.parse(query);
}
