import { authorize } from '#app/http/authorize.ts';
import { toProblem } from '#app/http/problem.ts';
import { type Metrics, readMetrics } from '#lib/metrics/read-metrics.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Many scrapers, or a hasty one, must not keep the repository busy. */
const freshMs = 15_000;
let latest: { at: number; metrics: Promise<Metrics> } | undefined;

/** Prometheus's text format, of every connection: not for a token that is limited to some. */
export async function GET(request: Request): Promise<Response> {
  try {
    await authorize(request, { action: 'see-metrics' });
    const { text, contentType } = await readLatest();
    return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
  } catch (cause) {
    return toProblem(cause);
  }
}

function readLatest(): Promise<Metrics> {
  const now = Date.now();
  if (latest === undefined || now - latest.at > freshMs) {
    latest = { at: now, metrics: openWorkspace().then((workspace) => readMetrics(workspace, new Date(now))) };
  }
  return latest.metrics;
}
