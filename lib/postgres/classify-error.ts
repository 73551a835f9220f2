import { DatabaseError } from '#lib/errors/database-error.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** What a driver error tells, read without trusting its shape. */
interface DriverError {
  message: string;
  code: string | undefined;
  detail: string | undefined;
}

type Verdict = 'unavailable' | 'refused' | 'failed';
interface Rule {
  verdict: Verdict;
  code: string;
  hint: string;
}

const lost: Rule = {
  verdict: 'unavailable',
  code: 'connection_lost',
  hint: 'The run goes on by itself once the server answers again.',
};
const busy: Rule = {
  verdict: 'unavailable',
  code: 'server_busy',
  hint: 'Free connections on the server or lower `lanes` in holdfast.config.ts.',
};
const conflict: Rule = {
  verdict: 'unavailable',
  code: 'serialization',
  hint: 'Another session was in the way; the statement is tried again.',
};
const locked: Rule = {
  verdict: 'unavailable',
  code: 'lock_timeout',
  hint: 'Another session holds or waits for a lock on the object (see pg_locks); run again when it is done, or raise lockTimeout.',
};
const unreachable: Rule = {
  verdict: 'unavailable',
  code: 'unreachable',
  hint: 'Check host, port and firewall of the connection; is the server running?',
};
const login: Rule = {
  verdict: 'refused',
  code: 'login_refused',
  hint: 'Check user and password in the connection URL, and pg_hba.conf on the server.',
};
const noDatabase: Rule = {
  verdict: 'refused',
  code: 'no_database',
  hint: 'Check the database name at the end of the connection URL; create the database if it should exist.',
};
const noRight: Rule = {
  verdict: 'refused',
  code: 'no_right',
  hint: 'Grant the role what the message names (docs/operations.md has a least-rights role for backups).',
};

// SQLSTATE -> verdict (PostgreSQL manual, appendix A). A two-character key is a whole class.
const sqlstates: ReadonlyMap<string, Rule> = new Map([
  ['08', lost],
  ['57P01', lost],
  ['57P02', lost],
  ['57P03', { ...lost, code: 'server_starting' }],
  ['25P03', lost],
  ['53300', busy],
  ['53400', busy],
  ['40001', conflict],
  ['40P01', conflict],
  ['55P03', locked],
  ['28000', login],
  ['28P01', login],
  ['3D000', noDatabase],
  ['42501', noRight],
  ['53100', { verdict: 'failed', code: 'disk_full', hint: 'Free disk space on the database server, then resume.' }],
]);

const nodeCodes: ReadonlyMap<string, Rule> = new Map([
  ['ECONNREFUSED', unreachable],
  [
    'ENOTFOUND',
    { ...unreachable, hint: 'The host name of the connection does not resolve; check it for typing errors.' },
  ],
  ['EAI_AGAIN', unreachable],
  ['ETIMEDOUT', unreachable],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['ECONNRESET', lost],
  ['EPIPE', lost],
]);

const lostMessage =
  /Connection terminated|connection is closed|not queryable|timeout expired|timeout exceeded when trying to connect|Connection ended|socket hang up/i;

/** What pg itself says where the server asks for a password and the URL has none. */
const noPassword = /^SASL: .*password/;

/**
 * The one place that tells which driver errors another attempt can cure. `object` is what was being worked on
 * ('connection production', 'table public.players'); the message names it.
 */
export function classifyError(cause: unknown, object: string): HoldfastError {
  if (cause instanceof HoldfastError) return cause;
  const error = readDriverError(cause);
  const rule = findRule(error);
  const message = `${object}: ${error.message}${tellDetail(error)}`;
  const options = { code: rule.code, hint: rule.hint, cause };
  if (rule.verdict === 'unavailable') return new UnavailableError(message, options);
  if (rule.verdict === 'refused') return new RefusedError(message, options);
  return new DatabaseError(message, options);
}

/**
 * The server's detail, except where it quotes a row (classes 22, data exception, and 23, integrity constraint
 * violation): people's data does not belong into records that outlive the run.
 */
function tellDetail({ code, detail }: DriverError): string {
  return detail === undefined || /^2[23]/.test(code ?? '') ? '' : ` (${detail})`;
}

/** Whether an error comes from the driver or the network, and not from a fault in our own code. */
export function isDriverError(cause: unknown): boolean {
  if (cause instanceof HoldfastError || !(cause instanceof Error)) return false;
  const { code, message } = readDriverError(cause);
  return sqlstateOf(cause) !== undefined || nodeCodes.has(code ?? '') || lostMessage.test(message);
}

/** The SQLSTATE of a driver error, where it has one. */
export function sqlstateOf(cause: unknown): string | undefined {
  const { code } = readDriverError(cause);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function findRule(error: DriverError): Rule {
  const known =
    sqlstates.get(error.code ?? '') ?? sqlstates.get(error.code?.slice(0, 2) ?? '') ?? nodeCodes.get(error.code ?? '');
  if (known) return known;
  if (lostMessage.test(error.message)) return lost;
  if (noPassword.test(error.message)) return login;
  return {
    verdict: 'failed',
    code: error.code ? `sqlstate_${error.code.toLowerCase()}` : 'driver_error',
    hint: 'The message is PostgreSQL’s own; correct the cause and run again.',
  };
}

function readDriverError(cause: unknown): DriverError {
  if (!(cause instanceof Error)) return { message: String(cause), code: undefined, detail: undefined };
  // Node reports a host with several addresses as an AggregateError without a message of its own.
  const inner = cause instanceof AggregateError ? cause.errors.find((one) => one instanceof Error) : undefined;
  const source: Error = inner instanceof Error ? inner : cause;
  return { message: source.message, code: textField(source, 'code'), detail: textField(source, 'detail') };
}

function textField(error: Error, field: 'code' | 'detail'): string | undefined {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
