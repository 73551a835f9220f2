import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { Notice } from './notice.ts';

/** A notice as people read it: a message, then facts as pairs of a name and a value. */
export interface NoticeText {
  title: string;
  message: string;
  facts: { name: string; value: string }[];
  hint: string;
  link: string | null;
}

/** Pure; what is not known is left out. */
export function describeNotice(notice: Notice): NoticeText {
  const { title, message, hint, link, check } = notice;
  const facts: [name: string, value: string | null][] = [
    ['Database', notice.connection],
    ['Target', notice.target],
    ['What', notice.kind],
    ['Status', notice.status],
    ['Took', notice.durationMs === null ? null : prettyMilliseconds(notice.durationMs, { unitCount: 2 })],
    ['Rows', notice.rows === null ? null : BigInt(notice.rows).toLocaleString('en-US')],
    ['Size', describeBytes(notice.bytes)],
    ['New', describeBytes(notice.newBytes)],
    ['First failed check', check?.object ?? null],
    ['Expected', check?.expected ?? null],
    ['Actual', check?.actual ?? null],
    ['Backup', notice.backup],
    ['Run', notice.run],
  ];
  return {
    ...{ title, message, hint, link },
    facts: facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }])),
  };
}

function describeBytes(bytes: string | null): string | null {
  return bytes === null ? null : prettyBytes(BigInt(bytes), { maximumFractionDigits: 1 });
}
