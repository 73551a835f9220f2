import type { HookAction, HookSignature } from '#lib/config/hook-schema.ts';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { Problem } from '#lib/errors/tell-problem.ts';
import { type HookToken, withoutHookHash } from './hook-token.ts';

/** A hook and its token, as they are told: never what opens it. */
export interface HookDescription {
  name: string;
  start: HookAction;
  connection: string;
  to: string | null;
  signature: HookSignature | null;
  /** `null`: none was made, or it cannot be read. */
  token: Omit<HookToken, 'hash'> | null;
  /** Why it cannot be read. */
  problem: Problem | null;
}

/** A hook of the config with the token that there is. */
export function describeHook(
  { name, start, connection, to, webhook }: Hook,
  { token, problem = null }: { token: HookToken | undefined; problem?: Problem | null },
): HookDescription {
  const signature = webhook?.signature ?? null;
  const told = token === undefined ? null : withoutHookHash(token);
  return { name, start, connection, to, signature, token: told, problem };
}
