import { holdfastVersion } from '#lib/config/version.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** Open to everybody: 200 as long as the process answers. Whoever restarts on this looks at nothing else. */
export function GET(): Response {
  return Response.json({ live: true, version: holdfastVersion }, { headers: { 'cache-control': 'no-store' } });
}
