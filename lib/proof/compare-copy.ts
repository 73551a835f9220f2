import type { Catalog, InventoryItem, LeftOut } from '#lib/catalog/catalog.ts';
import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import { addDigests } from '#lib/digest/add-digests.ts';
import type { Manifest, QueryAnswer } from '#lib/manifest/manifest.ts';
import { judgeAnswer } from '#lib/queries/judge-answer.ts';
import type { ProofPlan } from './plan-proof.ts';
import type { Proof, ProofCheck, TableReading } from './proof.ts';

/** What was found in the copy. */
export interface CopyFindings {
  level: Proof['level'];
  readings: readonly TableReading[];
  /** Tables that could not be read, and why. */
  missing: ProofPlan['missing'];
  catalog: Pick<Catalog, 'sequences' | 'extensions' | 'matviews' | 'inventory'>;
  answers: readonly QueryAnswer[];
  /** What the restore left out, and why; none where the database was not restored by this run. */
  leftOut?: readonly LeftOut[];
}

/**
 * Holds the copy against the manifest. Pure: the same findings always give the same proof. What a restore left out and
 * said so passes, with the reason in the place of what was found.
 */
export function compareCopy(manifest: Manifest, inventory: readonly InventoryItem[], found: CopyFindings): Proof {
  const checks = [
    ...compareTables(manifest, found),
    ...compareSequences(manifest, found),
    ...compareExtensions(manifest, found),
    ...compareInventory(inventory, found),
    ...compareMatviews(manifest, found),
    ...compareAnswers(manifest, found.answers),
  ];
  return { passed: checks.every(({ passed }) => passed), level: found.level, checks };
}

function compareTables(manifest: Manifest, found: CopyFindings): ProofCheck[] {
  return manifest.tables.flatMap((table, index) => {
    const parts = found.readings.filter((reading) => reading.table === index);
    const object = describeRowSource(table);
    if (parts.length === 0) {
      const actual = found.missing.find((one) => one.table === index)?.what ?? 'not read';
      return [{ name: 'rows', object, expected: table.rows, actual, passed: false }];
    }
    // Counting cannot see slices of large objects, only objects.
    const rows =
      table.kind === 'large-objects' && found.level === 'counts' ? String(manifest.largeObjects.length) : table.rows;
    const counted = String(parts.reduce((sum, part) => sum + BigInt(part.rows), 0n));
    const checks = [check({ name: 'rows', object, expected: rows, actual: counted })];
    const digests = parts.map(({ digest }) => digest).filter((digest) => digest !== null);
    if (found.level === 'content') {
      checks.push(check({ name: 'content', object, expected: table.digest, actual: addDigests(...digests) }));
    }
    return checks;
  });
}

function compareSequences(manifest: Manifest, { catalog }: CopyFindings): ProofCheck[] {
  const actual = new Map(catalog.sequences.map((sequence) => [`${sequence.schema}.${sequence.name}`, sequence]));
  const show = (state: { lastValue: string; isCalled: boolean } | undefined): string =>
    state ? `${state.lastValue}${state.isCalled ? '' : ' (not called)'}` : 'missing';
  return manifest.sequences.map((sequence) => {
    const name = `${sequence.schema}.${sequence.name}`;
    return check({
      name: 'sequence',
      object: `sequence ${name}`,
      expected: show(sequence),
      actual: show(actual.get(name)),
    });
  });
}

function compareExtensions(manifest: Manifest, { catalog }: CopyFindings): ProofCheck[] {
  const actual = new Map(catalog.extensions.map((extension) => [extension.name, extension]));
  return manifest.extensions.map(({ name, version }) => {
    const there = actual.get(name)?.version;
    // A newer server brings newer versions of its own extensions: at least the source's is what is asked for.
    const passed = there !== undefined && compareVersions(there, version) >= 0;
    return { name: 'extension', object: `extension ${name}`, expected: version, actual: there ?? 'missing', passed };
  });
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function compareInventory(expected: readonly InventoryItem[], { catalog, leftOut = [] }: CopyFindings): ProofCheck[] {
  const key = ({ type, object }: InventoryItem): string => `${type} ${object}`;
  const show = (item: InventoryItem | undefined): string =>
    item ? `${item.valid ? 'valid' : 'not valid'}${item.detail ? ` (${item.detail})` : ''}` : 'missing';
  const there = new Map(catalog.inventory.map((item) => [key(item), item]));
  // The list names objects as the archive does, without quotes.
  const bare = (name: string): string => name.replaceAll('"', '');
  const reasons = new Map(leftOut.map(({ object, reason }) => [bare(object), reason]));
  return expected.map((item) => {
    const found = there.get(key(item));
    const reason = found === undefined ? reasons.get(bare(key(item))) : undefined;
    const facts = { name: item.type, object: key(item), expected: show(item) };
    if (reason !== undefined) return { ...facts, actual: `left out: ${reason}`, passed: true };
    return check({ ...facts, actual: show(found) });
  });
}

function compareMatviews(manifest: Manifest, { catalog }: CopyFindings): ProofCheck[] {
  const show = (populated: boolean | undefined): string =>
    populated === undefined ? 'missing' : populated ? 'populated' : 'not populated';
  return manifest.matviews.map(({ schema, name, populated }) => {
    const there = catalog.matviews.find((matview) => matview.schema === schema && matview.name === name);
    const object = `matview ${schema}.${name}`;
    return check({ name: 'matview', object, expected: show(populated), actual: show(there?.populated) });
  });
}

function compareAnswers(manifest: Manifest, answers: readonly QueryAnswer[]): ProofCheck[] {
  return manifest.answers.map((expected) => {
    const actual = answers.find(({ name }) => name === expected.name);
    return judgeAnswer(expected, actual?.rows);
  });
}

function check(facts: Omit<ProofCheck, 'passed'>): ProofCheck {
  return { ...facts, passed: facts.expected === facts.actual };
}
