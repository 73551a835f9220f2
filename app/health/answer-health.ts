import { checkHealth } from './check-health.ts';

/** The health of the service as an answer: 200, or 503 with the failed check. */
export async function answerHealth(): Promise<Response> {
  const health = await checkHealth();
  return Response.json(health, { status: health.ready ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}
