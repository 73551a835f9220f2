/**
 * Settings that change what COPY text looks like or how long a session lives, set the same on every session that
 * reads or writes rows, so that source and copy print equal values equally (PostgreSQL manual, "Client Connection
 * Defaults"; the list is pg_dump's own, with lc_monetary for `money`).
 */
export const pinnedSettings: readonly (readonly [name: string, value: string])[] = [
  ['client_encoding', 'UTF8'],
  ['datestyle', 'ISO, YMD'],
  ['intervalstyle', 'postgres'],
  ['timezone', 'UTC'],
  ['extra_float_digits', '3'],
  ['bytea_output', 'hex'],
  ['xmlbinary', 'base64'],
  ['xmloption', 'content'],
  ['lc_monetary', 'C'],
  // What to_char makes of numbers and names of months, in critical queries.
  ['lc_numeric', 'C'],
  ['lc_time', 'C'],
  // Off makes the NULL in an array the word NULL, and reads other constraints out of the same DDL.
  ['array_nulls', 'on'],
  ['transform_null_equals', 'off'],
  ['standard_conforming_strings', 'on'],
  ['search_path', ''],
  ['quote_all_identifiers', 'off'],
  ['default_transaction_isolation', 'read committed'],
  // A database behind a fence of ours is still ours to write into; what only reads says so in its transaction.
  ['default_transaction_read_only', 'off'],
  ['statement_timeout', '0'],
  ['lock_timeout', '0'],
  ['idle_in_transaction_session_timeout', '0'],
  // A server asks after two hours whether a client is still there: as long would the session of a machine that is gone
  // keep its snapshot and its locks, and the next attempt would wait for the row of the ledger that it has not committed.
  ['tcp_keepalives_idle', '30'],
  ['tcp_keepalives_interval', '10'],
  ['tcp_keepalives_count', '6'],
  // Filtering rows silently is the one thing a backup must not do: off makes it an error.
  ['row_security', 'off'],
  ['synchronize_seqscans', 'off'],
  ['check_function_bodies', 'off'],
  ['client_min_messages', 'warning'],
  // A step that has ended stays ended when the server crashes; loading rows asks for less, and flushes before it ends.
  ['synchronous_commit', 'on'],
  // What an object of a schema starts from, whatever the role or the database says.
  ['default_tablespace', ''],
  ['default_table_access_method', 'heap'],
];

/** Settings that older servers lack: `[name, first major that has it, value]`. */
export const versionedSettings: readonly (readonly [name: string, since: number, value: string])[] = [
  ['idle_session_timeout', 14, '0'],
  ['transaction_timeout', 17, '0'],
];
