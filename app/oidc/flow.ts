import { sealData, unsealData } from 'iron-session';
import { z } from 'zod';
import { processState } from '#lib/process/process-state.ts';

/** What must come back as it was sent away, sealed in a cookie of the browser that was sent to the provider. */
const flowSchema = z.strictObject({
  state: z.string().min(1),
  nonce: z.string().min(1),
  verifier: z.string().min(1),
  /** Where the person wanted to go. */
  next: z.string(),
  startedAt: z.number(),
});
export type Flow = z.infer<typeof flowSchema>;

export const flowCookieName = 'holdfast-oidc';
const lifetimeSeconds = 600;
const path = '/sign-in/oidc';

/** The `Set-Cookie` header that keeps a flow. SameSite=Lax: the way back from the provider is a link from elsewhere. */
export async function flowCookie(flow: Flow, { secret, secure }: { secret: string; secure: boolean }): Promise<string> {
  return formatFlow(await sealData(flow, { password: secret, ttl: lifetimeSeconds }), { secure, lifetimeSeconds });
}

/** The one that takes it away. */
export function noFlowCookie(secure: boolean): string {
  return formatFlow('', { secure, lifetimeSeconds: 0 });
}

/** The flow in a cookie, `undefined` where there is none, or it was changed, is too old, or has come back before. */
export async function takeFlow(cookie: string | undefined, secret: string): Promise<Flow | undefined> {
  if (cookie === undefined) return undefined;
  const flow = await unseal(cookie, secret);
  if (flow === undefined || Date.now() > flow.startedAt + lifetimeSeconds * 1_000) return undefined;
  return takeOnce(flow) ? flow : undefined;
}

async function unseal(cookie: string, secret: string): Promise<Flow | undefined> {
  try {
    return flowSchema.safeParse(await unsealData(cookie, { password: secret, ttl: lifetimeSeconds })).data;
  } catch {
    // The cookie is whatever a client has sent.
    return undefined;
  }
}

/**
 * Whether this flow comes back for the first time to this process. The provider takes a code once; this keeps a whole
 * answer that was overheard from being sent here again.
 */
function takeOnce({ state, startedAt }: Flow): boolean {
  const used = processState('oidc-states', () => new Map<string, number>());
  for (const [one, until] of used) if (until < Date.now()) used.delete(one);
  if (used.has(state)) return false;
  used.set(state, startedAt + lifetimeSeconds * 1_000);
  return true;
}

function formatFlow(value: string, { secure, lifetimeSeconds }: { secure: boolean; lifetimeSeconds: number }): string {
  const attributes = `Path=${path}; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Lax`;
  return `${flowCookieName}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}
