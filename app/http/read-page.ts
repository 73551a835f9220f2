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
  const page = pageSchema.safeParse(Object.fromEntries(new URL(request.url).searchParams));
  if (page.success) return page.data;
  throw new UsageError(`The query does not parse: ${z.prettifyError(page.error)}`, {
    code: 'bad_query',
    hint: 'A listing takes limit (1 to 200), before (an id) and connection (a name).',
    cause: page.error,
  });
}

/** The page of a list of ids that is sorted newest first; `next` is the `before` of the following page. */
export function takePage<T>(
  all: readonly T[],
  { limit, before, idOf }: { limit: number; before?: string | undefined; idOf: (item: T) => string },
): { items: T[]; next: string | null } {
  const older = before === undefined ? all : all.filter((item) => idOf(item) < before);
  const items = older.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last !== undefined && older.length > items.length ? idOf(last) : null };
}
