import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { listObjects } from '#lib/manifest/list-objects.ts';
import { listBackups, readManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';

/** What a folder holds after a round. */
export interface RepositoryState {
  /** What is wrong, one line each. */
  wrong: string[];
  backups: number;
  /** Files of killed writers; the store sweeps them when they are a day old. */
  drafts: number;
  /** Chunks that no manifest names: of epochs that were given up. Whole, harmless, and for a later sweep to take. */
  unnamed: number;
}

/**
 * Reads a file repository past our store: every object is whole, every manifest's objects are there, every run is
 * closed. `known` holds the chunks that an earlier call has hashed.
 */
export async function checkRepository(folder: string, known: Set<string>): Promise<RepositoryState> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const chunks = files.filter((file) => file.startsWith('chunks/'));
  const drafts = files.filter((file) => file.startsWith('.tmp/'));
  const wrong: string[] = [];
  for (const file of chunks) {
    if (known.has(file)) continue;
    const hash = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
    if (file === `chunks/${hash.slice(0, 2)}/${hash}`) known.add(file);
    else wrong.push(`${file} does not hold what its name says`);
  }
  for (const file of files.filter((name) => !name.startsWith('chunks/') && !name.startsWith('.tmp/'))) {
    if (file.endsWith('.json') && !isJson(await readFile(join(folder, file), 'utf8'))) wrong.push(`${file} is torn`);
    // A commit that a kill has ended leaves its announcement, for a prune to take.
    if (!/^(holdfast\.json$|backups\/|runs\/|kept\/|committing\/|alarms\/|audit\/)/.test(file))
      wrong.push(`${file} does not belong there`);
  }
  const named = await checkManifests(folder, wrong);
  const runs = new Set(files.flatMap((file) => /^runs\/\d+\/[^/]+/.exec(file) ?? []));
  for (const run of runs) if (!files.includes(`${run}/result.json`)) wrong.push(`${run} is not closed`);
  const unnamed = chunks.filter((file) => !named.chunks.has(file)).length;
  return { wrong, backups: named.backups, drafts: drafts.length, unnamed };
}

async function checkManifests(folder: string, wrong: string[]): Promise<{ backups: number; chunks: Set<string> }> {
  const repository = await openRepository({ location: `file:${folder}`, access: 'read' });
  const backups = await listBackups(repository);
  const chunks = new Set<string>();
  for (const backup of backups) {
    for (const { name, stored, object } of listObjects(await readManifest(repository, backup))) {
      const file = `chunks/${name.slice(0, 2)}/${name}`;
      chunks.add(file);
      const size = (await stat(join(folder, file)).catch(() => undefined))?.size;
      if (size !== stored) wrong.push(`${file} of ${object} in ${backup.backupId} has ${size} bytes, not ${stored}`);
    }
  }
  return { backups: backups.length, chunks };
}

/** Makes the drafts of killed writers two days old, so that the next writer has to sweep them. */
export async function ageDrafts(folder: string): Promise<number> {
  const drafts = await readdir(join(folder, '.tmp'));
  const old = new Date(Date.now() - 48 * 3_600_000);
  for (const draft of drafts) await utimes(join(folder, '.tmp', draft), old, old);
  return drafts.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
