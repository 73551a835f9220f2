import type { Environment } from './environment.ts';
import { hasInngest } from './has-inngest.ts';

/**
 * What runs the functions of a server process: the Inngest that is configured, else the local runner in the process. A
 * platform that stops processes between requests cannot host that one: on Vercel there is `none` without an Inngest.
 */
export function findServerEngine(environment: Environment): 'inngest' | 'local' | 'none' {
  if (hasInngest(environment)) return 'inngest';
  return (environment['VERCEL'] ?? '') === '' ? 'local' : 'none';
}
