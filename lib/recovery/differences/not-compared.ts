import { classifyError, sqlstateOf } from '#lib/postgres/classify-error.ts';
import type { SideTable } from '#lib/recovery/recovery-plan.ts';
import { noScript } from './compare-table.ts';
import type { TableDifferences } from './differences.ts';

/** What is known of a table that was recovered and could not be compared. Pure. */
export function notCompared(table: SideTable, reason: string): TableDifferences {
  const { schema, name, side, key, rows } = table;
  const unknown = { rows: null, examples: [] };
  return {
    ...{ schema, name, side, key, compared: 'unread', reason, notes: [], rows: { backup: rows, live: null } },
    ...{ onlyInBackup: unknown, onlyInLive: unknown, different: unknown },
    statements: { ...noScript, insert: null, update: null },
  };
}

/**
 * Why a table was not compared, of an error with which the server has answered; `undefined` for any other, and for what
 * another attempt can cure. The tables are recovered and proven by then: a live one that nobody can read must not take
 * that away. Pure.
 */
export function explainNotCompared(cause: unknown): string | undefined {
  const sqlstate = sqlstateOf(cause);
  if (sqlstate === undefined) return undefined;
  // The wait for it was as long as `lockTimeout`: whoever holds it is not done by the next attempt either.
  if (sqlstate === '55P03') return 'another session holds a lock on it';
  const { retryable, message } = classifyError(cause, 'the server says');
  if (retryable) return undefined;
  // Messages of these classes quote values: data exception, integrity constraint violation, PL/pgSQL's RAISE.
  const quotesValues = /^(22|23|P0)/.test(sqlstate);
  return quotesValues
    ? `the server cannot read all of its rows (SQLSTATE ${sqlstate})`
    : `${message} (SQLSTATE ${sqlstate})`;
}
