import { type ArrayValue, parseArray } from './parse-array.ts';

/** What a type becomes in JSON; docs/export.md has the table for people. */
export type JsonKind =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'numeric'
  | 'json'
  | 'bytea'
  | 'timestamp'
  | { array: JsonKind };

const kinds: Readonly<Record<string, JsonKind>> = {
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'numeric',
  real: 'numeric',
  'double precision': 'numeric',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytea',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamp',
};

/** The kind of a type as the server prints it; `domains` gives what domains are made of, by the name that it prints. */
export function jsonKindOf(type: string, domains: ReadonlyMap<string, string>): JsonKind {
  // The one type of the core whose arrays have another delimiter (pg_type.typdelim).
  if (type === 'box[]') return 'text';
  if (type.endsWith('[]')) return { array: jsonKindOf(type.slice(0, -2), domains) };
  const base = domains.get(type);
  if (base !== undefined && base !== type) return jsonKindOf(base, domains);
  return kinds[type.replace(/\(\d+(,-?\d+)?\)/, '')] ?? 'text';
}

/** A value, as COPY or an array prints it, in JSON text on one line. Pure. */
export function jsonValue(text: string | null, kind: JsonKind): string {
  if (text === null) return 'null';
  if (typeof kind === 'object') return jsonArray(text, kind.array);
  if (kind === 'boolean') return text === 't' ? 'true' : 'false';
  if (kind === 'integer') return Number.isSafeInteger(Number(text)) ? text : JSON.stringify(text);
  if (kind === 'numeric') return isPreciseNumber(text) ? text : JSON.stringify(text);
  // Outside of strings an end of line is only space between tokens, and inside of one it is escaped.
  if (kind === 'json') return text.replaceAll(/[\n\r]/g, ' ');
  if (kind === 'bytea') return JSON.stringify(Buffer.from(text.slice(2), 'hex').toString('base64'));
  return JSON.stringify(kind === 'timestamp' ? isoTime(text) : text);
}

/**
 * Whether a reader's double keeps the value: up to 15 significant digits do (IEEE 754, DBL_DIG), and so does what a
 * double prints itself. Whole numbers end at 2^53.
 */
function isPreciseNumber(text: string): boolean {
  const [, whole, fraction, exponent] = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/.exec(text) ?? [];
  if (whole === undefined) return false;
  const value = Number(text);
  if (fraction === undefined && exponent === undefined) return Number.isSafeInteger(value);
  const digits = `${whole}${fraction?.slice(1) ?? ''}`.replace(/^0+/, '');
  // A number too small for a double would come back as zero.
  return Number.isFinite(value) && (String(value) === text || (digits.length <= 15 && (value !== 0 || digits === '')));
}

/** `2026-11-21 01:45:00+00` as `2026-11-21T01:45:00Z`; what ISO 8601 has no form for (infinity, BC, year 10000) stays. */
function isoTime(text: string): string {
  const [, date, time, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(text) ?? [];
  return date === undefined ? text : `${date}T${time}${zone === undefined ? '' : 'Z'}`;
}

function jsonArray(text: string, kind: JsonKind): string {
  const parsed = parseArray(text);
  // With bounds of its own (`[0:2]={...}`) an array is more than a list.
  if (parsed === undefined) return JSON.stringify(text);
  const render = (value: ArrayValue): string =>
    Array.isArray(value) ? `[${value.map(render).join(',')}]` : jsonValue(value, kind);
  return render(parsed);
}
