import { hostname, userInfo } from 'node:os';
import type { AuditNote } from '#lib/audit/audit-entry.ts';

/** Who runs this command line, as the system knows: `alice@build-7`. Anybody who can run it has every right. */
export function whoRunsThis(): Pick<AuditNote, 'who' | 'role' | 'from'> {
  const from = hostname();
  return { who: { kind: 'cli', id: null, name: `${readUser()}@${from}` }, role: null, from };
}

function readUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name (Node.js, os.userInfo).
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
