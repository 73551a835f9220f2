import type { Secret } from './channel.ts';
import type { Environment } from './environment.ts';
import type { HookAction, HookSignature, WrittenHooks } from './hook-schema.ts';
import { parseDuration } from './parse-duration.ts';
import { readSecret } from './resolve-channels.ts';

/** An address that starts what the config names. */
export interface Hook {
  name: string;
  start: HookAction;
  connection: string;
  label: string | null;
  gate: { maxAgeMs: number; require: 'stored' | 'verified' | 'proven' };
  /** How long who waits is kept waiting in all. */
  waitMs: number;
  /** `null`: opened by its token alone. */
  webhook: HookWebhook | null;
}

/** The webhooks that open a hook. `null` for `refs` and `targets`: whatever they are about. */
export interface HookWebhook {
  signature: HookSignature;
  secret: Secret;
  events: readonly string[] | null;
  refs: readonly string[] | null;
  targets: readonly string[] | null;
}

/** Where nothing is said: a deployment that begins, a push; of other senders every one. */
const usualEvents: Readonly<Record<HookSignature, readonly string[] | null>> = {
  vercel: ['deployment.created'],
  github: ['push'],
  hmac: null,
};

/** The hooks by name. A secret that is not set is no error here: using it is. @throws UsageError by field. */
export function resolveHooks(written: WrittenHooks, environment: Environment): Map<string, Hook> {
  return new Map(
    Object.entries(written).map(([name, hook]): [string, Hook] => {
      const field = `hooks.${name}`;
      // What was stored a moment ago can have been neither read again nor restored.
      const usual = hook.start === 'gate' ? 'proven' : 'stored';
      return [
        name,
        {
          ...{ name, start: hook.start, connection: hook.connection, label: hook.label ?? null },
          gate: {
            maxAgeMs: parseDuration(hook.gate?.maxAge ?? '24h', `${field}.gate.maxAge`),
            require: hook.gate?.require ?? usual,
          },
          waitMs: parseDuration(hook.wait, `${field}.wait`),
          webhook: resolveWebhook(hook, { field, environment }),
        },
      ];
    }),
  );
}

function resolveWebhook(
  hook: WrittenHooks[string],
  { field, environment }: { field: string; environment: Environment },
): HookWebhook | null {
  const { signature, secret: value, secretFrom: from, events, refs, targets } = hook;
  if (signature === undefined) return null;
  return {
    signature,
    secret: readSecret(environment, { value, from, field: `${field}.secret` }),
    events: events ?? usualEvents[signature],
    refs: refs ?? null,
    targets: targets ?? null,
  };
}
