import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import { hidePlaces } from './hide-places.ts';

/** HTTP status by the code of an error, else by its name; what is not listed is the server's own fault. */
const statusOfCode: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  token_wrong: 401,
  token_expired: 401,
  token_revoked: 401,
  session_over: 401,
  setup_code_wrong: 401,
  hook_token_wrong: 401,
  hook_unsigned: 401,
  hook_signature_wrong: 401,
  hook_late: 401,
  hook_form_stale: 401,
  hook_ticket_wrong: 404,
  forbidden: 403,
  out_of_scope: 403,
  cross_site: 403,
  unknown_token: 404,
  unknown_hook: 404,
  body_too_large: 413,
  too_many_attempts: 429,
  repository_missing: 404,
  unknown_run: 404,
  unknown_backup: 404,
  backup_known_damaged: 409,
  no_such_connection: 404,
  no_such_file: 404,
};
const statusOfName: Readonly<Record<string, number>> = {
  UsageError: 400,
  RefusedError: 409,
  CancelledError: 409,
  UnavailableError: 503,
  StorageError: 503,
};

/**
 * An error as `application/problem+json` (RFC 9457), with the `name`, `code` and `hint` of a HoldfastError as members of
 * its own, and the places of the server left to its log. Any other error is written to stderr and tells the caller nothing.
 */
export function toProblem(cause: unknown): Response {
  if (cause instanceof HoldfastError) {
    const { name, code, hint, message } = cause;
    const status = statusOfCode[code] ?? statusOfName[name] ?? 500;
    const told = { detail: hidePlaces(message), hint: hidePlaces(hint) };
    if (told.detail !== message || told.hint !== hint) console.error(`holdfast: ${code}: ${message} ${hint}`);
    return problemResponse({ title: name, status, ...told, name, code }, headersOf(cause, status));
  }
  console.error(cause);
  return problemResponse({
    title: 'Error',
    status: 500,
    detail: 'Something unexpected happened.',
    name: 'Error',
    code: 'unexpected',
    hint: 'The log of the server has the details.',
  });
}

function headersOf(cause: HoldfastError, status: number): Record<string, string> {
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer realm="holdfast"' } : {};
  if (cause instanceof UnavailableError && cause.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(cause.retryAfterMs / 1_000));
  }
  return headers;
}

/** What every error tells. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  name: string;
  code: string;
  hint: string;
}

/** The answer of a problem; `more` are members of its own. */
export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return Response.json(
    { type: 'about:blank', ...problem },
    {
      status: problem.status,
      headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    },
  );
}
