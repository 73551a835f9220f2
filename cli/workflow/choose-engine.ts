import type { Environment } from '#lib/config/environment.ts';
import { findInngestVariable } from '#lib/config/has-inngest.ts';

/** Who runs the workflows of this process: an Inngest server, or the local runner in the process. */
export type Engine = { kind: 'local' } | { kind: 'inngest'; because: string };

/** An Inngest server where one is configured, as the server of this project decides too. */
export function chooseEngine(environment: Environment): Engine {
  const because = findInngestVariable(environment);
  return because === undefined ? { kind: 'local' } : { kind: 'inngest', because };
}
