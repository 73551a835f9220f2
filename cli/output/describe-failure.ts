import { inspect } from 'node:util';
import { readEnvironment } from '#lib/config/environment.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { maskSecrets } from '#lib/postgres/mask-url.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';

/**
 * Anything thrown, as one message and one hint without a secret. With HOLDFAST_DEBUG=1 the message ends with the whole
 * error, stack and causes included.
 */
export async function describeFailure(cause: unknown): Promise<RecordedError> {
  const recorded = await record(cause);
  const stack = readEnvironment()['HOLDFAST_DEBUG'] === '1' ? `\n${inspect(cause, { depth: 5 })}` : '';
  const urls = await knownUrls();
  return {
    ...recorded,
    message: maskSecrets(recorded.message + stack, urls),
    hint: maskSecrets(recorded.hint, urls),
  };
}

/** Inngest's SDK, which carried errors need, is loaded only for what is not plainly ours. */
async function record(cause: unknown): Promise<RecordedError> {
  if (!(cause instanceof HoldfastError)) return (await import('#inngest/carried-error.ts')).recordError(cause);
  const { name, code, message, hint, exitCode } = cause;
  return { name, code, message, hint, exitCode };
}

async function knownUrls(): Promise<string[]> {
  try {
    return [...(await loadConfig()).connections.values()].map(({ url }) => url);
  } catch {
    // A config that does not load has given no URL to anyone.
    return [];
  }
}
