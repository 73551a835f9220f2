import { describeDuration, describeTime } from '#lib/report/describe-amounts.ts';
import type { BackupCheck } from '#lib/standing/backup-check.ts';
import type { Pin } from '#lib/standing/pin-store.ts';
import { type Cell, renderTable } from './render-table.ts';
import { escapeControls, type Terminal } from './terminal.ts';

/** What keeps a backup, and what was found at each look at it; empty where there is neither. */
export function renderLooks(
  terminal: Terminal,
  { checks, pin }: { checks: readonly BackupCheck[]; pin: Pin | null },
): string[] {
  const kept = pin && `Pinned since ${describeTime(pin.pinnedAt)}${pin.reason === null ? '' : `: ${pin.reason}`}`;
  const columns = [{ name: 'at' }, { name: 'what' }, { name: '' }, { name: 'how' }];
  const rows = checks.map(({ at, kind, passed, how, recoveryMs }): Cell[] => [
    describeTime(at),
    kind,
    { text: passed ? 'passed' : 'failed', format: passed ? 'green' : 'red' },
    recoveryMs === null ? how : `${how}; recovered in ${describeDuration(recoveryMs)}`,
  ]);
  return [
    ...(kept === null ? [] : ['', escapeControls(kept)]),
    ...(rows.length === 0 ? [] : ['', 'Looks at it', renderTable(terminal, columns, rows)]),
  ];
}
