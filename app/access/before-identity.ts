import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** What somebody may be told who has not said yet who they are: these name no place and no person. */
const tellable = new Set([
  ...['not_signed_in', 'token_wrong', 'token_expired', 'token_revoked', 'session_over', 'setup_code_wrong'],
  ...['cross_site', 'too_many_attempts', 'session_secret_missing', 'bad_body', 'body_too_large', 'body_cut'],
  ...['hook_token_wrong', 'hook_unsigned', 'hook_signature_wrong', 'hook_late', 'hook_form_stale', 'bad_webhook'],
  'hook_ticket_wrong',
  ...['oidc_refused', 'oidc_stale', 'oidc_unavailable', 'oidc_secret_missing'],
]);

/**
 * Does what finds out who somebody is. Where the config or the repository stands in the way, the reason with its paths
 * goes to the log of the server and not to a stranger. @throws UnavailableError (`access_unavailable`), what is tellable.
 */
export async function beforeIdentity<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || tellable.has(cause.code)) throw cause;
    console.error(`holdfast: who asks could not be found out: ${cause.message} (${cause.code}). ${cause.hint}`);
    throw new UnavailableError('Who you are cannot be found out now.', {
      code: 'access_unavailable',
      hint: 'The log of the server says why.',
      cause,
    });
  }
}
