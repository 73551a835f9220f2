import type { Context } from 'inngest';

/** Whether a step that fails now is not tried again. An engine that does not tell how many attempts there are has none left. */
export function isLastAttempt({ attempt, maxAttempts }: Pick<Context.Any, 'attempt' | 'maxAttempts'>): boolean {
  return maxAttempts === undefined || attempt + 1 >= maxAttempts;
}
