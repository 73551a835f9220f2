import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { readMark, removeMark } from '#lib/runs/mark.ts';
import { type Notice, noticeSchema } from './notice.ts';

/** A notice for one channel. */
export interface Letter {
  channel: string;
  notice: Notice;
}

const letterSchema = z.strictObject({ channel: z.string(), notice: noticeSchema });

const prefix = 'outbox/';
/** A letter younger than this is on its way in another process. */
const onItsWayMs = 10 * 60_000;
/** An older one is news no more. */
const worthMs = 3 * 86_400_000;

/** Writes a letter down before it is sent: a process that ends meanwhile leaves it to the next. Safe to repeat. */
export async function putLetter(repository: Repository, letter: Letter): Promise<void> {
  await repository.putJson(letterKey(letter), letter);
}

/** Takes a letter away that was delivered, or never will be. Safe to repeat. */
export async function removeLetter(repository: Repository, letter: Letter): Promise<void> {
  await removeMark(repository, letterKey(letter));
}

/** Letters that somebody has not got to send; those that are news no more are removed. @throws DamagedError, StorageError. */
export async function listStrandedLetters(repository: Repository, now: Date): Promise<Letter[]> {
  const letters: Letter[] = [];
  for await (const { key, modified } of repository.store.list(prefix)) {
    const age = now.getTime() - modified.getTime();
    if (age > worthMs) await removeMark(repository, key);
    if (age < onItsWayMs || age > worthMs) continue;
    const letter = await readMark(repository, { key, schema: letterSchema });
    if (letter !== undefined) letters.push(letter);
  }
  return letters;
}

function letterKey({ channel, notice }: Letter): string {
  return `${prefix}${notice.id}.${channel}.json`;
}
