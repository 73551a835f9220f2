import type { HookWebhook } from '#lib/config/resolve-hooks.ts';

const senders = { vercel: 'Vercel', github: 'GitHub', hmac: 'anybody, by Standard Webhooks' } as const;

/** Which webhooks open a hook, and where their secret is kept; never the secret. */
export function describeWebhook({ signature, secret, events, refs, targets }: HookWebhook): string {
  const limits = [
    ...(events === null ? [] : [`events ${events.join(', ')}`]),
    ...(refs === null ? [] : [`refs ${refs.join(', ')}`]),
    ...(targets === null ? [] : [`targets ${targets.join(', ')}`]),
  ];
  const only = limits.length === 0 ? 'all' : limits.join('; ');
  const missing = secret.value === null ? ', which is not set' : '';
  return `of ${senders[signature]}: ${only}; signed with ${secret.from}${missing}`;
}
