import { DamagedError } from '#lib/errors/damaged-error.ts';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { type JournalRecord, journalLine } from './journal-record.ts';

/** What a journal file holds: its records, line by line, and how many bytes of it are whole lines. */
export interface JournalContent {
  lines: JournalRecord[][];
  wholeBytes: number;
}

/**
 * Reads a journal. What a process was writing when it died is cut off: nobody was told that it happened. A line that
 * cannot be read with readable ones behind it is not such a tail but damage, and a DamagedError.
 */
export function readJournal({ bytes, path }: { bytes: Buffer; path: string }): JournalContent {
  const lines: JournalRecord[][] = [];
  let wholeBytes = 0;
  let unreadable = 0;
  let number = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline === -1) break;
    number += 1;
    const records = readLine({ text: bytes.toString('utf8', start, newline), path });
    start = newline + 1;
    if (records === undefined) {
      unreadable ||= number;
    } else if (unreadable > 0) {
      throw new DamagedError(`line ${unreadable} of the journal ${path} is damaged`, {
        code: 'journal_damaged',
        hint: 'Move the file away to start with no pending runs, or restore it from a copy.',
      });
    } else {
      lines.push(records);
      wholeBytes = start;
    }
  }
  return { lines, wholeBytes };
}

function readLine({ text, path }: { text: string; path: string }): JournalRecord[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is what a torn write looks like; the caller decides by where it stands.
    return undefined;
  }
  const parsed = journalLine.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RefusedError(`the journal ${path} holds a record this version does not know`, {
    code: 'journal_format_unknown',
    hint: 'Finish its runs with the version that wrote it, or move the file away.',
    cause: parsed.error,
  });
}
