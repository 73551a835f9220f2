import type { ServerInfo } from '#lib/postgres/server-info.ts';
import type { Check } from '#lib/report/check.ts';

/** Whether the server takes writes at all: no setting of a session can make a standby do so. Pure. */
export function checkWritable({ inRecovery, version, neon }: ServerInfo): Check {
  const standby = neon ? 'the compute is a read replica' : 'the server is a standby';
  return {
    name: 'primary',
    object: `server ${version}`,
    passed: !inRecovery,
    detail: inRecovery ? `${standby}: it takes no writes` : 'the server takes writes',
    hint: `Give the URL of the ${neon ? 'branch’s read-write compute' : 'primary'}.`,
  };
}
