import { describeRowSource } from '#lib/catalog/read-row-sources.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import { quoteLiteral, quoteQualified } from '#lib/postgres/quote.ts';
import { wholeSchema } from '#lib/schema/choose-entries.ts';
import { planSchema } from '#lib/schema/plan-schema.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { fitToRoles, type TargetRoles } from './fit-to-roles.ts';
import { leaveOutForSuperusers } from './leave-out-entries.ts';
import { planRows } from './plan-rows.ts';
import type { RestorePlan, RestoreStatement } from './restore-plan.ts';
import { largeObjectStatements } from './stage-large-objects.ts';

const sequencesPerStatement = 100;

/**
 * Plans a whole restore. Pure. `roles` are those of the target that objects and privileges may be given to; what belongs
 * to another role is left to the restoring one, and listed.
 */
export function planRestore(options: {
  manifest: Manifest;
  entries: readonly SchemaEntry[];
  lanes: number;
  roles: readonly string[];
  grantableRoles: readonly string[];
  superuser: boolean;
}): RestorePlan {
  const { manifest, lanes } = options;
  const target = {
    roles: new Set(options.roles),
    grantable: new Set(options.grantableRoles),
    superuser: options.superuser,
  };
  const restorable = options.superuser
    ? { entries: options.entries, leftOut: [] }
    : leaveOutForSuperusers(options.entries);
  const fitted = fitToRoles(restorable.entries, target);
  const schema = planSchema(fitted.entries, {
    ...wholeSchema,
    // A copy that pulled from its source's publisher would take rows away from it.
    subscriptions: false,
    // Tablespaces are places on the source's machine.
    tablespaces: false,
  });
  const waves = joinNarrowWaves(schema.postData).map((groups, index) => ({
    name: `post-data ${index + 1}`,
    lanes: dealGroups(groups, lanes),
  }));
  const then = (name: string, groups: RestoreStatement[][]): void => {
    if (groups.length > 0) waves.push({ name, lanes: dealGroups(groups, lanes) });
  };
  then(
    'sequences',
    [planSequences(manifest)].filter(({ length }) => length > 0),
  );
  // One group: a matview may read another one.
  then(
    'matviews',
    [planMatviews(manifest)].filter(({ length }) => length > 0),
  );
  then('analyze', planAnalyze(manifest));
  return {
    preData: [...schema.preData, ...planLargeObjects(manifest, target)],
    rows: planRows(manifest.tables, lanes),
    waves,
    last: schema.last,
    leftOut: [...manifest.leftOut, ...restorable.leftOut, ...fitted.leftOut, ...schema.leftOut],
  };
}

/** Waves that cost a call of the workflow each; a schema with a thousand foreign keys to one table has as many rounds. */
const mostWaves = 24;

/**
 * The same order in fewer waves: neighbours of one group each become one group, and what comes after the first waves is
 * done one after the other. Pure.
 */
export function joinNarrowWaves<T>(waves: readonly T[][][]): T[][][] {
  const joined: T[][][] = [];
  for (const wave of waves) {
    const before = joined.at(-1);
    if (before && ((before.length === 1 && wave.length === 1) || joined.length >= mostWaves)) {
      joined[joined.length - 1] = [[...before.flat(), ...wave.flat()]];
    } else {
      joined.push(wave);
    }
  }
  return joined;
}

/** A lone group is one lane that can stop after every statement: steps end by their budget, not by a group's length. */
function dealGroups(groups: readonly RestoreStatement[][], lanes: number): RestoreStatement[][][] {
  const [only, ...others] = groups;
  if (only && others.length === 0) return [only.map((statement) => [statement])];
  const dealt: RestoreStatement[][][] = Array.from({ length: Math.min(lanes, groups.length) }, () => []);
  for (const [index, group] of groups.entries()) dealt[index % dealt.length]?.push(group);
  return dealt;
}

function planSequences(manifest: Manifest): RestoreStatement[] {
  const statements: RestoreStatement[] = [];
  for (let start = 0; start < manifest.sequences.length; start += sequencesPerStatement) {
    const batch = manifest.sequences.slice(start, start + sequencesPerStatement);
    const calls = batch.map(
      (sequence) =>
        `pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}::pg_catalog.regclass, ${sequence.lastValue}, ${sequence.isCalled})`,
    );
    statements.push({ item: `sequences/${start}`, object: 'sequences', sql: `select ${calls.join(', ')}` });
  }
  return statements;
}

function planMatviews(manifest: Manifest): RestoreStatement[] {
  return manifest.matviews
    .filter(({ populated }) => populated)
    .map((matview) => ({
      item: `matview/${matview.schema}.${matview.name}`,
      object: `matview ${matview.schema}.${matview.name}`,
      // Its rows hang on these settings where its query does (a day is one of a time zone): they are the database's own.
      sql: `set local timezone to default; set local datestyle to default; set local intervalstyle to default; refresh materialized view ${quoteQualified(matview)}`,
    }));
}

function planAnalyze(manifest: Manifest): RestoreStatement[][] {
  const tables = manifest.tables.filter(({ kind }) => kind !== 'large-objects');
  const objects = [
    ...tables.map((table) => ({ ...table, object: describeRowSource(table) })),
    ...manifest.matviews
      .filter(({ populated }) => populated)
      .map((matview) => ({ ...matview, object: `matview ${matview.schema}.${matview.name}` })),
  ];
  return objects.map(({ schema, name, object }) => [
    { item: `analyze/${schema}.${name}`, object, sql: `analyze ${quoteQualified({ schema, name })}` },
  ]);
}

function planLargeObjects(manifest: Manifest, target: TargetRoles): RestoreStatement[] {
  const sql = largeObjectStatements(manifest.largeObjects, target);
  return sql.length === 0 ? [] : [{ item: 'large-objects', object: 'large objects', sql: sql.join(';\n') }];
}
