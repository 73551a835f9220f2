/** The code of errors that come before a WebSocket is open. */
export const handshakeFailed = 'WEBSOCKET_HANDSHAKE';

/** What an error of a driver means, and what to do about it. */
export interface Rule {
  verdict: 'unavailable' | 'refused' | 'failed';
  code: string;
  hint: string;
}

const lost: Rule = {
  verdict: 'unavailable',
  code: 'connection_lost',
  hint: 'The run goes on by itself once the server answers again.',
};
const busy: Rule = {
  verdict: 'unavailable',
  code: 'server_busy',
  hint: 'Free connections on the server or lower `lanes` in holdfast.config.ts.',
};
const conflict: Rule = {
  verdict: 'unavailable',
  code: 'serialization',
  hint: 'Another session was in the way; the statement is tried again.',
};
const locked: Rule = {
  verdict: 'unavailable',
  code: 'lock_timeout',
  hint: 'Another session holds or waits for a lock on the object (see pg_locks); run again when it is done, or raise lockTimeout.',
};
const unreachable: Rule = {
  verdict: 'unavailable',
  code: 'unreachable',
  hint: 'Check host, port and firewall of the connection; is the server running?',
};
const login: Rule = {
  verdict: 'refused',
  code: 'login_refused',
  hint: 'Check user and password in the connection URL, and pg_hba.conf on the server.',
};
const noDatabase: Rule = {
  verdict: 'refused',
  code: 'no_database',
  hint: 'Check the database name at the end of the connection URL; create the database if it should exist.',
};
const noRight: Rule = {
  verdict: 'refused',
  code: 'no_right',
  hint: 'Grant the role what the message names (docs/operations.md has a least-rights role for backups).',
};

// SQLSTATE -> verdict (PostgreSQL manual, appendix A). A two-character key is a whole class.
const sqlstates: ReadonlyMap<string, Rule> = new Map([
  ['08', lost],
  ['57P01', lost],
  ['57P02', lost],
  ['57P03', { ...lost, code: 'server_starting' }],
  ['25P03', lost],
  ['25P04', lost],
  ['57P05', lost],
  ['53300', busy],
  ['53400', busy],
  ['40001', conflict],
  ['40P01', conflict],
  ['55P03', locked],
  ['28000', login],
  ['28P01', login],
  ['3D000', noDatabase],
  ['42501', noRight],
  ['53100', { verdict: 'failed', code: 'disk_full', hint: 'Free disk space on the database server, then resume.' }],
]);

const nodeCodes: ReadonlyMap<string, Rule> = new Map([
  ['ECONNREFUSED', unreachable],
  [
    'ENOTFOUND',
    { ...unreachable, hint: 'The host name of the connection does not resolve; check it for typing errors.' },
  ],
  ['EAI_AGAIN', unreachable],
  ['ETIMEDOUT', unreachable],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['ECONNRESET', lost],
  ['EPIPE', lost],
  [
    handshakeFailed,
    {
      ...unreachable,
      hint: 'Check host and HOLDFAST_NEON_WSPROXY of the connection, and that nothing in between takes WebSockets apart.',
    },
  ],
]);

const lostMessage =
  /Connection terminated|connection is closed|not queryable|timeout expired|timeout exceeded when trying to connect|Connection ended|socket hang up/i;

/** What the drivers themselves say where the server asks for a password and the URL has none. */
const noPassword = /^SASL: .*password/;

const asleep: Rule = {
  verdict: 'unavailable',
  code: 'compute_asleep',
  hint: 'A compute of Neon takes seconds to wake up; the run goes on by itself once it is there. See neonstatus.com if it does not.',
};
const disabled: Rule = {
  verdict: 'refused',
  code: 'endpoint_disabled',
  hint: 'Check the host of the connection in the Neon console: the endpoint is disabled, was deleted, or is another project’s.',
};
const overQuota: Rule = {
  verdict: 'refused',
  code: 'neon_quota',
  hint: 'The Neon project has used up what its plan allows; see its usage in the Neon console.',
};
const notAllowed: Rule = {
  verdict: 'refused',
  code: 'address_not_allowed',
  hint: 'Add this machine’s address to IP Allow in the settings of the Neon project.',
};

/**
 * What Neon's proxy says before a compute answers, all under SQLSTATE XX000, internal error (neondatabase/neon,
 * proxy/src/control_plane/errors.rs and messages.rs, and the Neon manual, "Connection errors"). The first that fits.
 */
const neonMessages: readonly (readonly [RegExp, Rule])[] = [
  [/endpoint is disabled|endpoint cannot be found|endpoint ID is not specified/i, disabled],
  [/exceeded the .*(quota|limit)|quota exceeded/i, overQuota],
  [/is not allowed to connect|not allowed to be accessed/i, notAllowed],
  [/^password authentication failed/i, login],
  [/Couldn't connect to compute node|Control plane request failed/i, asleep],
  [/waiting for endpoint to become active|endpoint is idle, retry/i, asleep],
  [/Failed to acquire permit to connect|Too many connections? attempts/i, asleep],
];

/** The rule for an error of a driver. */
export function findRule(error: { message: string; code: string | undefined }): Rule {
  const { message, code = '' } = error;
  const known = sqlstates.get(code) ?? sqlstates.get(code.slice(0, 2)) ?? nodeCodes.get(code);
  if (known) return known;
  if (lostMessage.test(message)) return lost;
  if (noPassword.test(message)) return login;
  const neons = code === '' || code === 'XX000' ? neonMessages.find(([pattern]) => pattern.test(message)) : undefined;
  if (neons) return neons[1];
  return {
    verdict: 'failed',
    code: code === '' ? 'driver_error' : `sqlstate_${code.toLowerCase()}`,
    hint: 'The message is PostgreSQL’s own; correct the cause and run again.',
  };
}

/** Whether the network says that a connection is gone, or did not come about. */
export function isLostConnection({ message, code = '' }: { message: string; code: string | undefined }): boolean {
  return nodeCodes.has(code) || lostMessage.test(message);
}
