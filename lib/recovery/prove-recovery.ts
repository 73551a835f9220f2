import { addDigests } from '#lib/digest/add-digests.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Proof, ProofCheck, TableReading } from '#lib/proof/proof.ts';
import { readReadings, writeProof } from '#lib/proof/proof-store.ts';
import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { RecoveryPlan, SideTable } from './recovery-plan.ts';
import { manifestToProve } from './side-tables.ts';

/**
 * Holds what was read back of the side tables against the manifest, and keeps the proof in the run's folder. Safe to run
 * twice: it changes nothing else. `reordered`: see `manifestToProve`.
 */
export async function proveRecovery(
  runId: string,
  options: { plan: RecoveryPlan; manifest: Manifest; reordered: readonly string[]; repository: Repository },
): Promise<Proof> {
  const { plan, repository } = options;
  const expected = manifestToProve(options.manifest, plan, options.reordered);
  const proof = checkSideTables(expected, { tables: plan.tables, readings: await readReadings(repository, runId) });
  await writeProof(repository, runId, proof);
  return proof;
}

/** Rows and content of every side table, under the names that the tables have in the backup. Pure. */
function checkSideTables(
  expected: Manifest,
  found: { tables: readonly SideTable[]; readings: readonly TableReading[] },
): Proof {
  const checks = expected.tables.flatMap((table, index): ProofCheck[] => {
    const origin = found.tables[index];
    const object = `table ${describeTable(origin ?? table)}`;
    const parts = found.readings.filter((reading) => reading.table === index);
    if (parts.length === 0) {
      return [{ name: 'rows', object, expected: table.rows, actual: 'not read', passed: false }];
    }
    const rows = String(parts.reduce((sum, part) => sum + BigInt(part.rows), 0n));
    const digest = addDigests(...parts.map((part) => part.digest ?? '0'));
    return [
      { name: 'rows', object, expected: table.rows, actual: rows, passed: rows === table.rows },
      { name: 'content', object, expected: table.digest, actual: digest, passed: digest === table.digest },
    ];
  });
  return { passed: checks.length > 0 && checks.every(({ passed }) => passed), level: 'content', checks };
}
