import { DatabaseError } from '#lib/errors/database-error.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { findRule, isLostConnection } from './error-rules.ts';

/** What a driver error tells, read without trusting its shape. */
interface DriverError {
  message: string;
  code: string | undefined;
  detail: string | undefined;
}

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
  return sqlstateOf(cause) !== undefined || isLostConnection({ code, message });
}

/** The SQLSTATE of a driver error, where it has one. */
export function sqlstateOf(cause: unknown): string | undefined {
  const { code } = readDriverError(cause);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
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
