import type { ConnectionPromise } from '#lib/promise/read-promises.ts';
import { describeDuration, describeMany, describeTime } from '#lib/report/describe-amounts.ts';
import type { Facts } from './describe-cutover.ts';
import { renderFacts } from './render-table.ts';
import { escapeControls, type Format, type Terminal } from './terminal.ts';

const formats: Record<ConnectionPromise['state'], Format> = { kept: 'green', broken: 'red', none: 'yellow' };
const words: Record<ConnectionPromise['state'], string> = {
  kept: 'kept',
  broken: 'BROKEN',
  none: 'nothing is promised (rpo, rto)',
};

/** How the connections stand, one block each. */
export function renderStatus(
  terminal: Terminal,
  { location, connections }: { location: string; connections: readonly ConnectionPromise[] },
): string {
  if (connections.length === 0) return `No connections, and no backups in ${location}`;
  return [location, ...connections.map((one) => renderConnection(terminal, one))].join('\n\n');
}

function renderConnection(terminal: Terminal, promise: ConnectionPromise): string {
  const { connection, state, reasons, notes, isNamed } = promise;
  const unnamed = isNamed ? '' : ' (in no config here)';
  const lines = [
    `${terminal.paint('bold', connection)}${unnamed}: ${terminal.paint(formats[state], words[state])}`,
    ...reasons.map((reason) => `  ${terminal.paint('red', '-')} ${escapeControls(reason)}`),
    ...notes.map((note) => `  ${terminal.paint('yellow', '-')} ${escapeControls(note)}`),
    renderFacts(terminal, [...describeBackups(promise), ...describeRuns(promise)]),
  ];
  return lines.join('\n');
}

function describeBackups(promise: ConnectionPromise): Facts {
  const { lastBackup, lastVerified, lastProven, recoveryMs, rpoMs, rtoMs, backups } = promise;
  const promised = (ms: number | null, name: string): string =>
    ms === null ? '' : `, ${describeDuration(ms)} is promised (${name})`;
  const look = (last: ConnectionPromise['lastProven']): string =>
    last === null ? 'never' : `${last.backup}, ${describeDuration(last.ageMs)} ago`;
  const newest = lastBackup === null ? 'none' : `${lastBackup.id}, ${describeDuration(lastBackup.ageMs)} old`;
  return [
    ['last backup', `${newest}${promised(rpoMs, 'rpo')}; ${describeMany(backups, 'backup')} in all`],
    ['last verified', look(lastVerified)],
    ['last proven', look(lastProven)],
    ['recovery', `${recoveryMs === null ? 'never measured' : describeDuration(recoveryMs)}${promised(rtoMs, 'rto')}`],
  ];
}

function describeRuns({ running, lastFailure, next }: ConnectionPromise): Facts {
  return [
    ...running.map(({ run, kind, startedAt, isDead }): Facts[number] => [
      isDead ? 'given up' : 'running',
      `${kind} ${run}, since ${describeTime(startedAt)}`,
    ]),
    ...(lastFailure === null
      ? []
      : [
          [
            'last failure',
            escapeControls(
              `${lastFailure.kind} ${lastFailure.run}, ${describeTime(lastFailure.at)}: ${lastFailure.message}`,
            ),
          ] as const,
        ]),
    ...next.map(({ kind, at }): Facts[number] => [`next ${kind}`, describeTime(at)]),
  ];
}
