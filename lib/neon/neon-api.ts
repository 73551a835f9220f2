import { createApiClient } from '@neondatabase/api-client';
import type { Config } from '#lib/config/config.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';

/** Neon's API as one run uses it. */
export interface NeonApi {
  client: ReturnType<typeof createApiClient>;
  /** The first wait before a request is sent again or an operation is asked after. */
  firstDelayMs: number;
  /** `text` without the API key. */
  hideKey(text: string): string;
}

const requestTimeoutMs = 30_000;

/** @throws RefusedError where no API key is configured. */
export function openNeonApi({ neonApi, retryDelayMs }: Pick<Config, 'neonApi' | 'retryDelayMs'>): NeonApi {
  const { key, url } = neonApi;
  if (key === null) {
    throw new RefusedError('There is no key for Neon’s API.', {
      code: 'neon_no_key',
      hint: 'Set NEON_API_KEY (Neon Console: Account settings, API keys), or use another cut-over strategy.',
    });
  }
  const client = createApiClient({
    apiKey: key,
    baseURL: url,
    timeout: requestTimeoutMs,
    // An error of the HTTP client carries the request with its Authorization header: a status is an answer, not an error.
    validateStatus: () => true,
  });
  return { client, firstDelayMs: retryDelayMs, hideKey: (text) => text.replaceAll(key, '***') };
}
