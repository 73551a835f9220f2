import { answerHealth } from '#app/health/answer-health.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Open to everybody: 200 when the service can do its work, 503 with the failed check when not. */
export function GET(): Promise<Response> {
  return answerHealth();
}
