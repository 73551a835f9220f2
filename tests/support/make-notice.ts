import type { Notice } from '#lib/notify/notice.ts';

/** A notice of a failed restore with everything that a notice can say. */
export function makeNotice(over: Partial<Notice> = {}): Notice {
  return {
    id: '20261121T014500Z-x7k2qd.failure',
    event: 'failure',
    at: '2026-11-21T01:46:10.000Z',
    title: 'Restore of production into neon failed: the copy is not equal',
    message: 'Table public.orders <b>has</b> 3 rows & not 4 @everyone <!channel>.',
    hint: 'Look at the proof & its checks.',
    connection: 'production',
    target: 'neon',
    kind: 'restore',
    run: '20261121T014500Z-x7k2qd',
    backup: '20261121T014500Z-00aaaa',
    status: 'proof-failed',
    durationMs: 70_000,
    rows: '1234567',
    bytes: '9007199254740993',
    newBytes: '2048',
    check: { object: 'public.orders (rows)', expected: '4', actual: '3' },
    link: 'https://holdfast.example.com/runs/20261121T014500Z-x7k2qd',
    ...over,
  };
}
