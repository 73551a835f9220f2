import { classifyError } from '#lib/postgres/classify-error.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Catalog } from './catalog.ts';
import { readExtensions } from './read-extensions.ts';
import { readInventory } from './read-inventory.ts';
import { largeObjectSource, readLargeObjects } from './read-large-objects.ts';
import { readLeftOut } from './read-left-out.ts';
import { readMatviews } from './read-matviews.ts';
import { readRowSources } from './read-row-sources.ts';
import { readSequences } from './read-sequences.ts';

/** Reads the catalogue inside the session's snapshot. @throws a classified error. */
export async function readCatalog(
  session: Session,
  options: { major: number; excludeSchemas: readonly string[] },
): Promise<Catalog> {
  try {
    const sources = await readRowSources(session, options);
    const largeObjects = await readLargeObjects(session);
    return {
      sources: largeObjects.length > 0 ? [...sources, largeObjectSource(largeObjects.length)] : sources,
      sequences: await readSequences(session, options.excludeSchemas),
      extensions: await readExtensions(session),
      matviews: await readMatviews(session, options.excludeSchemas),
      largeObjects,
      inventory: await readInventory(session, options.excludeSchemas),
      leftOut: await readLeftOut(session, options.excludeSchemas),
    };
  } catch (cause) {
    throw classifyError(cause, 'catalogue');
  }
}
