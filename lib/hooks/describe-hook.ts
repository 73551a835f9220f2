import type { HookAction, HookSignature } from '#lib/config/hook-schema.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import { type HookToken, withoutHookHash } from './hook-token.ts';

/** A hook and its token, as they are told: never what opens it. */
export interface HookDescription {
  name: string;
  start: HookAction;
  connection: string;
  to: string | null;
  signature: HookSignature | null;
  /** `null`: none was made. */
  token: Omit<HookToken, 'hash'> | null;
}

/** A hook of the config with the token that there is. */
export function describeHook(
  { name, start, connection, to, webhook }: Hook,
  token: HookToken | undefined,
): HookDescription {
  const signature = webhook?.signature ?? null;
  return { name, start, connection, to, signature, token: token === undefined ? null : withoutHookHash(token) };
}
