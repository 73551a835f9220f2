import { preflightBackup } from '#lib/backup/preflight-backup.ts';
import type { Connection } from '#lib/config/config.ts';
import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import { maskSecrets, maskUrl } from '#lib/postgres/mask-url.ts';
import type { Check } from '#lib/report/check.ts';
import { checkHttps } from './check-https.ts';

/** One connection: reachable, which server and role, and what the preflight of a backup would say. Changes nothing. */
export async function checkConnection(connection: Connection): Promise<Check[]> {
  const object = `connection ${connection.name}`;
  try {
    const { checks, server } = await preflightBackup(connection);
    const role = `${server.role}${server.superuser ? ' (superuser)' : ''}`;
    const shield = connection.protected ? ', protected' : '';
    const detail = `${maskUrl(connection.url)}: PostgreSQL ${server.version}, role ${role}${shield}`;
    const failed = checks.filter(({ passed }) => !passed);
    return [
      { name: 'connection', object, passed: true, detail, hint: '' },
      ...failed.map((check) => ({ ...check, object })),
    ];
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const detail = maskSecrets(cause.message, [connection.url]);
    const failed = { name: 'connection', object, passed: false, detail, hint: cause.hint };
    return [failed, ...(await checkHttps(connection))];
  }
}
