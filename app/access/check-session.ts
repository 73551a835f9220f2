import { createHash } from 'node:crypto';
import type { Session } from '#app/session/session.ts';
import { requireActive } from '#lib/access/check-token.ts';
import type { Identity } from '#lib/access/identity.ts';
import { roleOfValues } from '#lib/access/oidc-role.ts';
import { isSameText } from '#lib/access/same-text.ts';
import { isLatestSetup } from '#lib/access/setup-code.ts';
import type { Environment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { environmentIdentity, identityOfToken } from './check-bearer.ts';
import { findCached } from './token-cache.ts';

/**
 * Who a session is, by where it came from as that stands now: a revoked token, another HOLDFAST_TOKEN, a role that the
 * config gives no more end it. @throws RefusedError (`session_over`, `token_revoked`, `token_expired`).
 */
export async function checkSession({ subject }: Session, environment: Environment): Promise<Identity> {
  switch (subject.kind) {
    case 'environment': {
      if (!isSameText(digestOfToken(environment), subject.digest)) throw over('HOLDFAST_TOKEN was changed');
      return environmentIdentity;
    }
    case 'token': {
      const { repository } = await openWorkspace();
      const token = await findCached(repository)(subject.tokenId);
      if (token === undefined) throw over('its token is gone');
      return identityOfToken(requireActive(token));
    }
    case 'setup': {
      const { repository } = await openWorkspace();
      if (!(await isLatestSetup(repository, subject.setup))) throw over('a newer admin link was printed');
      return { kind: 'setup', id: null, name: 'admin link', role: 'admin', scope: null };
    }
    case 'oidc': {
      const { oidc } = (await loadConfig()).access;
      const role = oidc?.issuer === subject.issuer ? roleOfValues(subject.values, oidc.roles) : null;
      if (role === null) throw over('the config gives this person no role any more');
      return { kind: 'oidc', id: subject.subject, name: subject.name, role, scope: null };
    }
  }
}

/** What a session keeps of `HOLDFAST_TOKEN`; of none it is a text that no digest is. */
export function digestOfToken(environment: Environment): string {
  const token = environment['HOLDFAST_TOKEN'] ?? '';
  return token === '' ? 'none' : createHash('sha256').update(`session ${token}`).digest('hex');
}

function over(because: string): RefusedError {
  return new RefusedError(`The session is over: ${because}.`, { code: 'session_over', hint: 'Sign in again.' });
}
