import { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';

/** What a listing takes. */
export const pageSchema = z.object({
  /** How many at most. */
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Only what is older than the one of this id: the last id of the page before. */
  before: z.string().optional(),
  connection: z.string().optional(),
});

/** The query of a listing. @throws UsageError. */
export function readPage(request: Request): z.infer<typeof pageSchema> {
  const hint = 'A listing takes limit (1 to 200), before (an id) and connection (a name).';
  return readQuery(request, { schema: pageSchema, hint });
}

/** The query of a request. @throws UsageError (`bad_query`). */
export function readQuery<T>({ url }: Request, { schema, hint }: { schema: z.ZodType<T>; hint: string }): T {
  const query = schema.safeParse(Object.fromEntries(new URL(url).searchParams));
  if (query.success) return query.data;
  throw new UsageError(`The query does not parse: ${z.prettifyError(query.error)}`, {
    ...{ code: 'bad_query', hint, cause: query.error },
  });
}
