import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from './with-client.ts';

/** What a copy makes anew or gets later (manual, "Making a Base Backup Using the Low Level API"). */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot', 'pg_stat_tmp', 'pg_notify']);

/**
 * Copies the data directory of a server that is at work: the copy starts with everything that was committed before this
 * function answers, and perhaps a little more. `owner` is who the server runs as, where that is not this process.
 */
export async function copyDataDirectory(options: {
  url: string;
  from: string;
  to: string;
  owner: { uid?: number; gid?: number };
}): Promise<void> {
  const { url, from, to, owner } = options;
  await mkdir(to, { mode: 0o700 });
  await withClient(url, async (client) => {
    await client.query(`select pg_backup_start('copy', true)`);
    const entries = (await readdir(from)).filter((entry) => !leftOut.has(entry));
    await copy(
      entries.map((entry) => join(from, entry)),
      to,
    );
    const answer = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await writeFile(join(to, 'backup_label'), answer.rows[0]?.labelfile ?? '', { mode: 0o600 });
    await copy([join(from, 'pg_wal')], to);
  });
  const made = ['pg_replslot', 'pg_stat_tmp', 'pg_notify'].map((folder) => join(to, folder));
  for (const folder of made) await mkdir(folder, { mode: 0o700 });
  if (owner.uid === undefined || owner.gid === undefined) return;
  for (const path of [to, join(to, 'backup_label'), ...made]) await chown(path, owner.uid, owner.gid);
}

async function copy(paths: readonly string[], to: string): Promise<void> {
  const child = spawn('cp', ['-a', '--reflink=auto', ...paths, to], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (data: Buffer) => errors.push(data.toString()));
  await once(child, 'close');
  // What vanishes while it is copied is removed by the log's replay too.
  const serious = errors
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('No such file or directory'));
  if (serious.length > 0) throw new Error(`copying the data directory failed: ${serious.join('; ')}`);
}
