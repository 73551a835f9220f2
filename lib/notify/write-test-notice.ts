import { timePrefix } from '#lib/repository/time-id.ts';
import type { Notice } from './notice.ts';

/** What `holdfast notify test` sends: with a text that shows whether the channel leaves it as it is. */
export function writeTestNotice(now: Date, publicUrl: string | null): Notice {
  return {
    id: `${timePrefix(now)}test`,
    event: 'test',
    at: now.toISOString(),
    title: 'Test message of Holdfast',
    message: 'If you can read this, alarms reach you here. Three characters that need care: & < >.',
    hint: 'Nothing has happened.',
    link: publicUrl,
    ...{ connection: null, target: null, kind: null, run: null, backup: null, status: null },
    ...{ durationMs: null, rows: null, bytes: null, newBytes: null, check: null },
  };
}
