import { describeTable } from '#lib/recovery/choice/choose-tables.ts';
import type { Differences, TableDifferences } from '#lib/recovery/differences/differences.ts';
import { listStatements } from './list-statements.ts';

/**
 * All statements of a report as one script for psql, every one of them commented out: nobody runs them all by mistake.
 * Pure.
 */
export function writeScript(differences: Differences, run: string): string {
  const { backup, schema, target, drop, tables } = differences;
  const head = [
    `Recovery ${run}: tables of backup ${backup} in the schema ${schema} of ${target}.`,
    'Nothing here runs as it stands: take away the comment marks of what you have looked at, and run it in a transaction.',
  ];
  const parts = tables.flatMap((table) => writeTable(table));
  return `${[comment(head.join('\n')), ...parts, comment(`When nobody needs the recovered tables:\n${drop}`)].join('\n\n')}\n`;
}

function writeTable(table: TableDifferences): string[] {
  const statements = listStatements(table);
  if (statements.length === 0) return [];
  return [comment(`== ${describeTable(table)}`), ...statements.map(({ what, sql }) => comment(`${what}\n${sql}`))];
}

/** A name may have a line break in it: what follows it must not be a statement. */
function comment(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `-- ${line}`)
    .join('\n');
}
