import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { classifyError } from './classify-error.ts';
import { planDirectUrl } from './direct-url.ts';
import { maskUrl } from './mask-url.ts';
import type { ConnectionAddress } from './session.ts';
import { planWebSocketAddress } from './websocket-address.ts';

const timeoutMs = 30_000;

/** Endpoints by `host:port` of their database: the driver asks for them by a function of the whole process. */
const endpoints = new Map<string, string>();
const key = (host: string, port: number | string): string => `${host}:${port || '5432'}`;

/**
 * One statement by HTTPS, through Neon's endpoint for single statements: one request, no session, and a compute that is
 * asleep wakes up for it. Without the pinned settings: for what does not depend on them. Values are text.
 * @throws UsageError where there is no such endpoint, else a classified error.
 */
export async function queryOverHttp(
  connection: ConnectionAddress,
  sql: string,
): Promise<Record<string, string | null>[]> {
  const { name, wsProxy = null } = connection;
  const { url } = planDirectUrl(connection.url);
  const { hostname, port } = new URL(url);
  endpoints.set(key(hostname, port), planWebSocketAddress({ name, url, wsProxy }).sqlEndpoint);
  neonConfig.fetchEndpoint = (host, port) => endpoints.get(key(host, port)) ?? '';
  // The URL travels in a header: no answer may send it on to another host.
  const fetchOptions = { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) };
  const types = { getTypeParser: () => (text: string) => text };
  try {
    return await neon(url).query(sql, [], { fetchOptions, types });
  } catch (cause) {
    throw classifyError(networkError(cause), `connection ${name} by HTTPS (${maskUrl(url)})`);
  }
}

/** What is behind an error of the driver that came from the network, not from the endpoint. */
function networkError(cause: unknown): unknown {
  if (!(cause instanceof NeonDbError) || cause.sourceError === undefined) return cause;
  const { sourceError } = cause;
  if (sourceError.name === 'TimeoutError') return new Error('timeout expired', { cause });
  return sourceError.cause instanceof Error ? sourceError.cause : sourceError;
}
