import { answer } from '#app/http/answer.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { checkConnection } from '#lib/doctor/check-connection.ts';
import { UsageError } from '#lib/errors/usage-error.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
/** Seconds: a server that does not answer is waited for. */
export const maxDuration = 60;

/** Looks at a connection as `holdfast doctor` does: `{ passed, checks: [{ name, object, passed, detail, hint }] }`. */
export async function POST(request: Request, { params }: { params: Promise<{ name: string }> }): Promise<Response> {
  const { name } = await params;
  // Who may have it backed up may have it looked at; nothing is changed.
  return answer(request, { action: 'start-backup', connections: [name] }, async () => {
    const { connections } = await loadConfig();
    const connection = connections.get(name);
    if (connection === undefined) {
      throw new UsageError(`There is no connection ${JSON.stringify(name)} that this server has a URL for.`, {
        code: 'no_such_connection',
        hint: 'GET /api/v1/connections lists them.',
      });
    }
    const checks = await checkConnection(connection);
    return { passed: checks.every(({ passed }) => passed), checks };
  });
}
