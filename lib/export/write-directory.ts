import { createHash } from 'node:crypto';
import { chmod, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { Repository } from '#lib/repository/repository.ts';
import type { SchemaEntry } from '#lib/schema/schema-entry.ts';
import { fileNamesOf } from './file-name.ts';
import { restoreScript } from './restore-script/restore-script.ts';
import { quoteShell } from './restore-script/shell.ts';
import { readChunks } from './script-bytes.ts';

interface Stored {
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * Everything that `restore.sh` needs, decrypted, in a folder that lacks nothing: the schema's scripts, the chunks by
 * table, the manifest, and the script with the size and the SHA-256 of each of them.
 */
export async function writeDirectory(
  folder: string,
  { repository, manifest, entries, onBytes }: DirectoryExport,
): Promise<{ files: number; bytes: number }> {
  const ending = manifest.codec === 'zstd' ? 'zst' : 'gz';
  const stored = new Map<string, Stored>();
  const keep = async (name: string, path: string, content: Buffer): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeDurably(join(folder, path), content);
    stored.set(name, { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
    onBytes(content.length);
  };
  for (const [path, ref] of [
    ['schema/pre-data.sql', manifest.schema.preData],
    ['schema/post-data.sql', manifest.schema.postData],
  ] as const) {
    await keep(ref.name, `${path}.${ending}`, await repository.getChunk(ref.name, { object: path, size: ref.stored }));
  }
  const names = fileNamesOf(manifest.tables);
  for (const [table, name] of names) {
    let number = 0;
    for await (const content of readChunks(repository, table, table.chunks)) {
      const chunk = table.chunks[number++];
      const path = `tables/${name}/${String(number).padStart(5, '0')}.${ending}`;
      if (chunk && !stored.has(chunk.name)) await keep(chunk.name, path, content);
    }
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const wordsOf = ({ name }: { name: string }): string => {
    const { path, bytes, sha256 } = stored.get(name) ?? { path: '', bytes: 0, sha256: '' };
    return `${quoteShell(path)} ${bytes} ${sha256}`;
  };
  const script = join(folder, 'restore.sh');
  await writeFile(script, restoreScript({ manifest, entries, layout: 'directory', location: '', wordsOf }));
  await chmod(script, 0o755);
  const bytes = [...stored.values()].reduce((sum, one) => sum + one.bytes, 0);
  return { files: stored.size + 2, bytes };
}

export interface DirectoryExport {
  repository: Repository;
  manifest: Manifest;
  entries: readonly SchemaEntry[];
  onBytes: (bytes: number) => void;
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
