import type { InngestFunction } from 'inngest';
import { loadConfig } from '#lib/config/load-config.ts';
import { functions } from './functions.ts';
import { scheduleFunctions } from './schedule/schedule-functions.ts';

/**
 * The registry and the schedules of the config: what a server offers to its engine. Read when a server starts and not
 * when it is built, as a config may hang on the variables of where it runs. @throws UsageError of the config.
 */
export async function loadFunctions(): Promise<InngestFunction.Any[]> {
  const { care } = await loadConfig();
  return [...functions, ...scheduleFunctions(care)];
}
