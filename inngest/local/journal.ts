import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { StorageError } from '#lib/errors/storage-error.ts';
import { acquireJournalLock } from './journal-lock.ts';
import type { JournalRecord } from './journal-record.ts';
import { readJournal } from './read-journal.ts';
import { syncFolder } from './sync-folder.ts';

/** An open journal; this process holds its lock. */
export interface Journal {
  /** What was in the file when it was opened, line by line. */
  readonly lines: readonly JournalRecord[][];
  /** Adds one line; resolves when it would survive a power cut. Lines of one tick share one fsync. */
  append(records: readonly JournalRecord[]): Promise<void>;
  /** Waits for what was appended, then lets go of the file and of the lock. */
  close(): Promise<void>;
}

export interface OpenJournalOptions {
  path: string;
  /** The lines that add up to everything appended so far; asked for when the file has grown too long. */
  compact: () => JournalRecord[][];
  /** Compaction never starts below this many bytes. */
  compactAboveBytes?: number;
}

interface Waiting {
  text: string;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Opens or creates a journal, cuts a torn tail off and takes the lock (a RefusedError where another process has it). */
export async function openJournal({
  path,
  compact,
  compactAboveBytes = 1 << 20,
}: OpenJournalOptions): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true });
  const unlock = await acquireJournalLock(`${path}.lock`);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a+');
    const { lines, wholeBytes } = readJournal({ bytes: await readFile(path), path });
    await file.truncate(wholeBytes);
    await syncFolder(path);
    return new JournalFile({ path, lines, file, size: wholeBytes, unlock, compact, compactAboveBytes });
  } catch (error) {
    await file?.close();
    await unlock();
    throw error;
  }
}

class JournalFile implements Journal {
  readonly lines: readonly JournalRecord[][];
  readonly #options: OpenJournalOptions & { unlock: () => Promise<void> };
  #file: FileHandle;
  #size: number;
  #compactAt: number;
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: Error | undefined;

  constructor({ lines, file, size, ...options }: JournalFileOptions) {
    this.lines = lines;
    this.#file = file;
    this.#size = size;
    this.#options = options;
    this.#compactAt = options.compactAboveBytes;
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push({ text: `${JSON.stringify(records)}\n`, resolve, reject });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#broken ??= this.#failure('is closed', undefined);
    await this.#file.close();
    await this.#options.unlock();
  }

  async #writeAll(): Promise<void> {
    await nextTick();
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        if (this.#broken !== undefined) throw this.#broken;
        if (this.#size > this.#compactAt) await this.#rewrite();
        else await this.#write(batch.map((waiting) => waiting.text).join(''));
        for (const waiting of batch) waiting.resolve();
      } catch (cause) {
        // What of the batch is on the disk is unknown: nothing may be appended behind it.
        this.#broken ??= this.#failure('cannot be written', cause);
        for (const waiting of batch) waiting.reject(this.#broken);
      }
    }
    // In the same turn as the look at the queue, or a line appended in between would wait for ever.
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#size += Buffer.byteLength(text);
  }

  /** Compaction instead of a write: the state the lines come from already holds the batch. Safe to kill anywhere. */
  async #rewrite(): Promise<void> {
    const { path, compact, compactAboveBytes = 0 } = this.#options;
    const text = compact()
      .map((records) => `${JSON.stringify(records)}\n`)
      .join('');
    const draft = await open(`${path}.new`, 'w');
    try {
      await draft.appendFile(text);
      await draft.sync();
    } finally {
      await draft.close();
    }
    await rename(`${path}.new`, path);
    await syncFolder(path);
    await this.#file.close();
    this.#file = await open(path, 'a');
    this.#size = Buffer.byteLength(text);
    this.#compactAt = Math.max(compactAboveBytes, this.#size * 4);
  }

  #failure(what: string, cause: unknown): Error {
    return new StorageError(`the journal ${this.#options.path} ${what}`, {
      code: 'journal_not_writable',
      hint: 'Make room on the disk and start again: runs resume from what was written.',
      cause,
    });
  }
}

type JournalFileOptions = Required<OpenJournalOptions> & {
  lines: readonly JournalRecord[][];
  file: FileHandle;
  size: number;
  unlock: () => Promise<void>;
};
