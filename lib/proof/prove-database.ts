import { inventorySchema } from '#lib/catalog/inventory-schema.ts';
import { readCatalog } from '#lib/catalog/read-catalog.ts';
import type { Connection } from '#lib/config/config.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { readObject } from '#lib/manifest/read-object.ts';
import { classifyError } from '#lib/postgres/classify-error.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { askCopy } from './ask-copy.ts';
import { compareCopy } from './compare-copy.ts';
import { planProof } from './plan-proof.ts';
import type { Proof, TableReading } from './proof.ts';
import { readPart } from './read-part.ts';

/**
 * Proves a database against a manifest in one go, in one session and one snapshot: rows, catalogue and critical queries
 * are of one moment, even where others write to it. Changes nothing, keeps nothing.
 * @throws a classified error that names the connection or the table; DamagedError where the inventory is damaged.
 */
export async function proveDatabase(
  target: Connection,
  options: { manifest: Manifest; level: Proof['level']; repository: Repository },
): Promise<Proof> {
  const { manifest, level, repository } = options;
  const inventory = await readObject(repository, manifest.inventory, { object: 'inventory', schema: inventorySchema });
  return withSession(target, async (session) => {
    await session.query('begin transaction isolation level repeatable read, read only');
    const { major } = await readServerInfo(session);
    const plan = await planProof(session, { manifest, major, lanes: 1, level });
    const readings: TableReading[] = [];
    for (const [part, of] of plan.parts.entries()) {
      try {
        readings.push(await readPart(session, { part, of, level }));
      } catch (cause) {
        throw classifyError(cause, `table ${of.object}`);
      }
    }
    const catalog = await readCatalog(session, { major, excludeSchemas: [] });
    const answers = await askCopy(session, manifest.answers);
    return compareCopy(manifest, inventory, { ...plan, readings, catalog, answers });
  });
}
