import { countSignIn, noteCameIn } from '#app/http/attempt-limits.ts';
import { noteRefusal, whoOf } from '#app/http/audited.ts';
import type { Session, SessionSubject } from '#app/session/session.ts';
import type { Identity } from '#lib/access/identity.ts';
import { redeemSetupCode, wrongSetupCode } from '#lib/access/setup-code.ts';
import { writeAudit } from '#lib/audit/audit-store.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { checkBearer } from './check-bearer.ts';
import { digestOfToken } from './check-session.ts';
import { isAdminMissing } from './is-admin-missing.ts';

/** What somebody gives to come in. */
export type Credentials = { token: string } | { setup: string };

/** Who has come in, and the session to keep. */
export interface SignedIn {
  identity: Identity;
  session: Session;
}

/**
 * Signs in by a token or by the code of an admin link. Attempts are limited and logged.
 * @throws RefusedError (`token_wrong`, `token_expired`, `token_revoked`, `setup_code_wrong`), UnavailableError
 * (`too_many_attempts`), and what stands in the way of the repository.
 */
export async function signIn(credentials: Credentials, address: string): Promise<SignedIn> {
  const attempt = await countSignIn(address);
  try {
    const { identity, subject } =
      'token' in credentials ? await byToken(credentials.token) : await bySetup(credentials);
    await attempt.withdraw();
    noteCameIn(address, identity);
    return await beginSession({ identity, address }, subject);
  } catch (cause) {
    if (cause instanceof RefusedError) {
      await noteFailedSignIn({ by: 'token' in credentials ? 'token' : 'admin link', address, code: cause.code });
    }
    throw cause;
  }
}

/** Makes the session of who has proven who they are. What cannot be logged is not done. @throws StorageError. */
export async function beginSession(
  caller: { identity: Identity; address: string },
  subject: SessionSubject,
): Promise<SignedIn> {
  const { repository } = await openWorkspace({ create: true });
  await writeAudit(repository, { ...whoOf(caller), what: 'sign-in', object: null, outcome: 'accepted' });
  const now = Date.now();
  return { identity: caller.identity, session: { subject, startedAt: now, seenAt: now } };
}

/** Logs that somebody was not let in. `name`: who they said to be, where the provider vouches for it. */
export function noteFailedSignIn(tried: { by: string; address: string; code: string; name?: string }): Promise<void> {
  const who = { kind: 'nobody', id: null, name: tried.name ?? tried.by } as const;
  return noteRefusal({ who, role: null, from: tried.address, what: 'sign-in', object: null }, tried.code);
}

async function byToken(text: string): Promise<{ identity: Identity; subject: SessionSubject }> {
  const environment = readEnvironment();
  const identity = await checkBearer(text, environment);
  return identity.id === null
    ? { identity, subject: { kind: 'environment', digest: digestOfToken(environment) } }
    : { identity, subject: { kind: 'token', tokenId: identity.id } };
}

async function bySetup({ setup }: { setup: string }): Promise<{ identity: Identity; subject: SessionSubject }> {
  const { config, repository } = await openWorkspace();
  // Somebody may have become admin by another way since the link was printed.
  const isGood = await isAdminMissing(readEnvironment(), config.access, async () => repository);
  if (!isGood) throw wrongSetupCode();
  const hash = await redeemSetupCode(repository, setup);
  const identity: Identity = { kind: 'setup', id: null, name: 'admin link', role: 'admin', scope: null };
  return { identity, subject: { kind: 'setup', setup: hash } };
}
