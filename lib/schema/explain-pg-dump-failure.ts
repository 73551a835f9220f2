import { DatabaseError } from '#lib/errors/database-error.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { SnapshotLostError } from '#lib/errors/snapshot-lost-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** What is known of a pg_dump that did not end well. */
export interface PgDumpFailure {
  /** For people: `native 15.18` or `WebAssembly 18`. */
  tool: string;
  exitCode: number | null;
  /** pg_dump's own words, with secrets already masked. */
  stderr: string;
  /** Of the server's last error, where it was seen on the wire. */
  sqlstate?: string | undefined;
  elapsedMs: number;
  lockTimeoutMs: number;
}

/** Marks the failure for which `findLockHolders` can tell more. */
export const lockTimeoutCode = 'lock_timeout';

/**
 * The error of a failed pg_dump. Its SQLSTATE decides where it is known; its text is the server's, in the server's
 * language, so a pattern only serves where nothing else tells.
 */
export function explainPgDumpFailure(failure: PgDumpFailure): HoldfastError {
  const { stderr, sqlstate, elapsedMs, lockTimeoutMs } = failure;
  const said = summarise(stderr);
  const message = `pg_dump (${failure.tool}) failed with exit code ${failure.exitCode ?? 'none'}: ${said}`;
  const locked = /LOCK TABLE (.+) IN ACCESS SHARE MODE/s.exec(stderr)?.[1];
  const is = (state: string, pattern: RegExp): boolean => sqlstate === state || (!sqlstate && pattern.test(stderr));

  if (is('42501', /permission denied/)) {
    return new RefusedError(message, {
      code: 'no_right',
      hint: 'Grant the role what the message names (pg_read_all_data, or select on every table and usage on every schema).',
    });
  }
  if (locked !== undefined && is('42P01', /does not exist/)) {
    return new SnapshotLostError(`A table was dropped while the schema was read: ${said}`, {
      code: 'schema_changed',
      hint: 'The schema is read again under a new snapshot; avoid migrations during a backup.',
    });
  }
  const timedOut = is('57014', /statement timeout|lock timeout/) || (!sqlstate && elapsedMs >= lockTimeoutMs);
  if (locked !== undefined && timedOut) {
    return new UnavailableError(`pg_dump waited ${lockTimeoutMs} ms in vain for a lock on ${abridge(locked)}.`, {
      code: lockTimeoutCode,
      hint: 'Another session holds an ACCESS EXCLUSIVE lock; run again when it is done, or raise lockTimeout.',
    });
  }
  if (/snapshot/i.test(stderr) && is('22023', /invalid snapshot identifier|does not exist/)) {
    return new SnapshotLostError(message, {
      code: 'snapshot_lost',
      hint: 'The session that exported the snapshot has ended; the run opens a new one.',
    });
  }
  if (sqlstate === undefined && /server version mismatch/.test(stderr)) {
    return new RefusedError(message, {
      code: 'server_too_new',
      hint: 'Install the client programs of the server’s major version, or let Holdfast choose the pg_dump.',
    });
  }
  if (is('28P01', /password authentication failed|no password supplied/) || is('28000', /no pg_hba\.conf entry/)) {
    return new RefusedError(message, {
      code: 'login_refused',
      hint: 'Check user and password in the connection URL, and pg_hba.conf on the server.',
    });
  }
  if (sqlstate?.startsWith('57P') || sqlstate?.startsWith('08') || isConnectionLoss(stderr)) {
    return new UnavailableError(message, {
      code: 'connection_lost',
      hint: 'The run goes on by itself once the server answers again.',
    });
  }
  return new DatabaseError(message, {
    code: 'pg_dump_failed',
    hint: 'The message is pg_dump’s own; correct the cause, or try the other pg_dump (native or WebAssembly).',
  });
}

function isConnectionLoss(stderr: string): boolean {
  return /connection to server .* failed|server closed the connection|terminating connection|SSL connection has been|could not receive data|could not send data/.test(
    stderr,
  );
}

/** pg_dump's lines as one, without its name before each and without the noise of how it was started. */
function summarise(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^pg_dump: (error: )?/, '').trim())
    .filter((line) => line !== '');
  return abridge(lines.join(' ')) || 'it said nothing';
}

function abridge(text: string): string {
  return text.length > 1_000 ? `${text.slice(0, 1_000)} ...` : text;
}
