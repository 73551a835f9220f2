import type { Environment } from './environment.ts';

const variables = ['INNGEST_EVENT_KEY', 'INNGEST_SIGNING_KEY', 'INNGEST_BASE_URL'] as const;

/**
 * The variable that names an Inngest to run on: Cloud or a self-hosted server by its keys or its URL, the dev server by
 * `INNGEST_DEV` (`1`, `true` or a URL; `0` and `false` say the opposite). `undefined`: none does, the local runner works.
 */
export function findInngestVariable(environment: Environment): string | undefined {
  const dev = environment['INNGEST_DEV'] ?? '';
  if (dev !== '' && dev !== '0' && dev.toLowerCase() !== 'false') return 'INNGEST_DEV';
  return variables.find((name) => (environment[name] ?? '') !== '');
}

/** Whether the environment names an Inngest to run on. */
export function hasInngest(environment: Environment): boolean {
  return findInngestVariable(environment) !== undefined;
}
