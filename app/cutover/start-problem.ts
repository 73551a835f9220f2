import { sealData, unsealData } from 'iron-session';
import { z } from 'zod';
import { hidePlaces } from '#app/http/hide-places.ts';
import { tellError } from '#app/http/tell-error.ts';
import { readSessionSecret } from '#lib/access/session-secret.ts';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import type { HoldfastError } from '#lib/errors/holdfast-error.ts';

const startProblemSchema = z.strictObject({
  name: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});

/** Why a form has begun nothing, as the page that it comes from tells it. */
export type StartProblem = z.infer<typeof startProblemSchema>;

const lifetimeSeconds = 600;
/** Characters of a message: it travels in an address. */
const longest = 600;

/** Writes it for the address of the page: sealed, as whoever writes an address writes no text into the page. */
export async function writeStartProblem(cause: HoldfastError): Promise<string> {
  return sealStartProblem(tellError(cause, hidePlaces), await readSecret());
}

/** What an address says of it; `undefined` where it is none of this server's, or older than ten minutes. */
export async function readStartProblem(sealed: string | undefined): Promise<StartProblem | undefined> {
  return sealed === undefined ? undefined : openStartProblem(sealed, await readSecret());
}

/** The text of an address, good for ten minutes; message and hint are cut to 600 characters. */
export function sealStartProblem({ name, code, message, hint }: StartProblem, secret: string): Promise<string> {
  const short = { name, code, message: message.slice(0, longest), hint: hint.slice(0, longest) };
  return sealData(short, { password: secret, ttl: lifetimeSeconds });
}

/** What was sealed with the same secret; `undefined` where it is nothing of ours, or too old. */
export async function openStartProblem(sealed: string, secret: string): Promise<StartProblem | undefined> {
  try {
    return startProblemSchema.safeParse(await unsealData(sealed, { password: secret, ttl: lifetimeSeconds })).data;
  } catch {
    // An address is whatever somebody has written.
    return undefined;
  }
}

async function readSecret(): Promise<string> {
  return readSessionSecret(readEnvironment(), (await loadConfig()).stateFolder);
}
