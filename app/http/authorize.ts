import { type Asked, requireRight } from '#lib/access/identity.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { noteRefusal, whoOf } from './audited.ts';
import { type Caller, identify } from './identify.ts';
import { requireSameOrigin } from './same-origin.ts';

/**
 * The one door: who asks, if they may do what they ask for. A request that changes something and comes with a cookie
 * must come from a page of this server.
 * @throws RefusedError (401: `not_signed_in`, `token_...`, `session_over`; 403: `forbidden`, `out_of_scope`,
 * `cross_site`), UnavailableError (429: `too_many_attempts`).
 */
export async function authorize(request: Request, asked: Asked): Promise<Caller> {
  const caller = await identify(request.headers);
  if (caller.session !== null && !isSafe(request.method)) {
    await requireOurPage(request, caller);
  }
  await requireRightOf(caller, asked);
  return caller;
}

async function requireOurPage({ headers, method, url }: Request, caller: Caller): Promise<void> {
  try {
    requireSameOrigin(headers, (await loadConfig()).access);
  } catch (cause) {
    if (cause instanceof RefusedError) {
      await noteRefusal({ ...whoOf(caller), what: `${method} ${new URL(url).pathname}`, object: null }, cause.code);
    }
    throw cause;
  }
}

/** The same question once more, for what the door could not know yet: the connections of an event, the run's own. */
export async function requireRightOf(caller: Caller, asked: Asked): Promise<void> {
  try {
    requireRight(caller.identity, asked);
  } catch (cause) {
    if (cause instanceof RefusedError && asked.action !== 'read') {
      const object = Array.isArray(asked.connections) ? asked.connections.join(', ') : null;
      await noteRefusal({ ...whoOf(caller), what: asked.action, object }, cause.code);
    }
    throw cause;
  }
}

/** RFC 9110, 9.2.1. */
function isSafe(method: string): boolean {
  return ['GET', 'HEAD', 'OPTIONS'].includes(method);
}
