import { checkHealth } from '#app/health/check-health.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Open to everybody: 200 when a run could be done, 503 with the failed check when not. */
export async function GET(): Promise<Response> {
  const health = await checkHealth();
  return Response.json(health, { status: health.ready ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}
