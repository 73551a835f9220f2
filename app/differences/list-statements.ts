import type { TableDifferences } from '#lib/recovery/differences/differences.ts';

/** A statement that a person may run, and what it does. */
export interface ShownStatement {
  what: string;
  sql: string;
}

/** The statements of one table in the order in which they are run. Pure. */
export function listStatements({ statements, onlyInBackup, different }: TableDifferences): ShownStatement[] {
  const { create, insert, update, complete } = statements;
  const isEmpty = (rows: string | null): boolean => rows === '0';
  const all: [what: string, sql: string | null][] = [
    ['Makes the table again, as the backup has it.', create],
    [
      create === null ? 'Brings back the rows that only the backup has.' : 'Then its rows.',
      create === null && isEmpty(onlyInBackup.rows) ? null : insert,
    ],
    [
      'Sets the rows that differ to what they were. This undoes every change since, the wanted ones too.',
      isEmpty(different.rows) ? null : update,
    ],
    ['Then what belongs to it.', complete],
  ];
  return all.flatMap(([what, sql]) => (sql === null || sql === '' ? [] : [{ what, sql }]));
}
