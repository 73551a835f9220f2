import { UsageError } from '#lib/errors/usage-error.ts';
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
  /** Of a transfer: where it goes. */
  to: string | null;
  fence: boolean;
  confirm: string | null;
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

/** What the config says of the connections, also of those that this machine has no URL for. */
interface KnownConnections {
  known: ReadonlySet<string>;
  protected: ReadonlySet<string>;
}

/** The hooks by name. A secret that is not set is no error here: using it is. @throws UsageError by field. */
export function resolveHooks(
  written: WrittenHooks,
  { environment, connections }: { environment: Environment; connections: KnownConnections },
): Map<string, Hook> {
  return new Map(
    Object.entries(written).map(([name, hook]): [string, Hook] => {
      const field = `hooks.${name}`;
      requireTarget(hook, { field, connections });
      // What was stored a moment ago can have been neither read again nor restored.
      const usual = hook.start === 'gate' ? 'proven' : 'stored';
      return [
        name,
        {
          ...{ name, start: hook.start, connection: hook.connection, label: hook.label ?? null },
          ...{ to: hook.to ?? null, fence: hook.fence ?? false, confirm: hook.confirm ?? null },
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

/** A hook that would be refused each time is a mistake of the config. */
function requireTarget(
  { to, confirm }: WrittenHooks[string],
  { field, connections }: { field: string; connections: KnownConnections },
): void {
  if (to === undefined) return;
  if (!connections.known.has(to)) {
    throw new UsageError(`${field}.to: there is no connection ${JSON.stringify(to)}.`, {
      code: 'bad_config',
      hint: `Known: ${[...connections.known].join(', ') || 'none'}. Name one of them, or add it under \`connections\`.`,
    });
  }
  if (connections.protected.has(to) && confirm === undefined) {
    throw new UsageError(`${field}: ${to} is protected, and the hook would replace what it holds.`, {
      code: 'bad_config',
      hint: `If that is meant, write confirm: '${to}' beside \`to\`.`,
    });
  }
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
