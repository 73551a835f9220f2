import { createSetupCode } from '#lib/access/setup-code.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { isAdminMissing } from './is-admin-missing.ts';

/**
 * Prints a one-time admin link where nobody can come in as admin: no HOLDFAST_TOKEN, no identity provider, no token of
 * an admin. Makes the repository of an empty place, as that is what the first admin is kept in. A repository that is out
 * of reach is told, and keeps the server from nothing.
 */
export async function offerSetup(): Promise<void> {
  const environment = readEnvironment();
  try {
    const { access } = await loadConfig();
    const onVercel = (environment['VERCEL'] ?? '') !== '';
    const openRepository = async () => (await openWorkspace({ create: !onVercel })).repository;
    if (!(await isAdminMissing(environment, access, openRepository))) return;
    // Many processes start there, each would take the link of the others away.
    if (onVercel) return say('nobody is admin: set HOLDFAST_TOKEN, or `oidc` in the config.');
    const code = await createSetupCode(await openRepository());
    const base = access.publicUrl ?? `http://localhost:${environment['PORT'] ?? '3000'}`;
    say(`nobody is admin yet. This link makes you one, once, within the hour:\n\n  ${base}/sign-in?setup=${code}\n`);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    say(`whether somebody is admin is not known: ${cause.message} (${cause.code}). ${cause.hint}`);
  }
}

function say(line: string): void {
  console.error(`holdfast: ${line}`);
}
