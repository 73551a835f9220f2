import type { LeftOut } from '#lib/catalog/catalog.ts';
import { inventorySchema } from '#lib/catalog/inventory-schema.ts';
import { readCatalog } from '#lib/catalog/read-catalog.ts';
import type { Connection } from '#lib/config/config.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { readObject } from '#lib/manifest/read-object.ts';
import { withSession } from '#lib/postgres/connect.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { askCopy } from './ask-copy.ts';
import { compareCopy } from './compare-copy.ts';
import type { Proof } from './proof.ts';
import { readProofPlan, readReadings, writeProof } from './proof-store.ts';

/**
 * Puts the proof together from what the lanes have read back, the copy's catalogue and its answers to the critical
 * queries, and keeps it in the run's folder. Changes nothing in the copy: safe to run twice.
 */
export async function proveCopy(
  runId: string,
  options: {
    manifest: Manifest;
    target: Connection;
    major: number;
    repository: Repository;
    /** What the restore left out, and why. */
    leftOut: readonly LeftOut[];
  },
): Promise<Proof> {
  const { manifest, repository } = options;
  const inventory = await readObject(repository, manifest.inventory, { object: 'inventory', schema: inventorySchema });
  const plan = await readProofPlan(repository, runId);
  const readings = await readReadings(repository, runId);
  const proof = await withSession(options.target, async (session) => {
    await session.query('begin transaction isolation level repeatable read, read only');
    const catalog = await readCatalog(session, { major: options.major, excludeSchemas: [] });
    const answers = await askCopy(session, manifest.answers);
    return compareCopy(manifest, inventory, {
      level: plan.level,
      missing: plan.missing,
      readings,
      catalog,
      answers,
      leftOut: options.leftOut,
    });
  });
  await writeProof(repository, runId, proof);
  return proof;
}
