/**
 * Statements that make a session fit to replay pg_dump's definitions, on any server from 13 on; run them one by one or
 * as one script. They are pg_dump's own preamble (pg_backup_archiver.c, _doSetFixedOutputState) and the defaults that an
 * entry's tablespace and access method start from. The preamble itself is not replayed: its settings are those of the
 * pg_dump's version, and an older target does not know them all.
 */
export const restoreSessionSettings: readonly string[] = [
  'set statement_timeout = 0',
  'set lock_timeout = 0',
  'set idle_in_transaction_session_timeout = 0',
  // Settings that not every version has: 14 brought the first, 17 the second.
  "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where name in ('idle_session_timeout', 'transaction_timeout')",
  "set client_encoding = 'UTF8'",
  'set standard_conforming_strings = on',
  "select pg_catalog.set_config('search_path', '', false)",
  // Bodies may name what is created after them.
  'set check_function_bodies = off',
  'set xmloption = content',
  'set client_min_messages = warning',
  'set row_security = off',
  "set default_tablespace = ''",
  'set default_table_access_method = heap',
];
