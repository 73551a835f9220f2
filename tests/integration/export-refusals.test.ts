import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportBackup } from '#lib/export/export-backup.ts';
import { findManifest } from '#lib/manifest/manifest-store.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { CliPlace } from '#tests/support/cli-place.ts';
import { runShell } from '#tests/support/run-shell.ts';
import { openZooPlace, type ZooPlace } from '#tests/support/zoo-place.ts';

let zoo: ZooPlace;
let place: CliPlace;
let backup: string;

beforeAll(async () => {
  zoo = await openZooPlace();
  ({ place, backup } = zoo);
});

afterAll(() => zoo?.[Symbol.asyncDispose]());

/** The folder of the place holds nothing that an export has begun and not finished. */
async function expectNoHalves(): Promise<void> {
  expect((await readdir(place.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
}

describe('what stands in the way', () => {
  it('is told in one message, and nothing is left', async () => {
    const csv = ['export', 'latest', '--format', 'csv', '-o'];
    const out = join(place.folder, 'out');
    const refusals: [args: string[], exitCode: number, code: string, hint: RegExp][] = [
      [[...csv, out, '--table', 'zoo.many_row'], 2, 'no_such_table', /zoo\.many_rows/],
      [[...csv, '-'], 2, 'output_two_ways', /--json/],
      [[...csv, join(place.folder, 'no', 'folder')], 1, 'output_no_folder', /folder/],
      [['export', 'latest', '--format', 'sql', '-o', place.folder], 2, 'output_exists', /Name a file/],
      [['export', 'latest', '--format', 'xml', '-o', out], 2, 'usage_invalid_argument', /export --help/],
      [['export', 'nothing', '--format', 'sql', '-o', out], 2, 'unknown_backup', /holdfast list/],
    ];
    for (const [args, exitCode, code, hint] of refusals) {
      const { error } = await place.runJson(args, { exitCode });
      expect(error).toMatchObject({ code, exitCode, hint: expect.stringMatching(hint) });
    }
    await expectNoHalves();
  });

  it('is never a file of somebody, nor an earlier export unless asked', async () => {
    const sql = ['export', 'latest', '--format', 'sql', '-o', join(place.folder, 'there.sql.zst')];
    await writeFile(join(place.folder, 'there.sql.zst'), 'mine');
    expect((await place.runJson(sql, { exitCode: 2 })).error).toMatchObject({ code: 'output_exists' });
    expect(await readFile(join(place.folder, 'there.sql.zst'), 'utf8')).toBe('mine');
    await place.runJson([...sql, '--overwrite']);

    const folder = join(place.folder, 'folder');
    const csv = ['export', 'latest', '--format', 'csv', '--table', 'zoo.many_rows', '-o', folder];
    await mkdir(folder);
    await writeFile(join(folder, 'mine'), '');
    expect((await place.runJson([...csv, '--overwrite'], { exitCode: 2 })).error.code).toBe('output_exists');
    await rm(join(folder, 'mine'));
    await place.runJson(csv);
    expect((await place.runJson(csv, { exitCode: 2 })).error.hint).toContain('--overwrite');
    await place.runJson([...csv, '--overwrite']);
    expect((await readdir(folder)).sort()).toEqual(['holdfast-export.json', 'zoo.many_rows.csv']);
    await expectNoHalves();
  });

  it('is a damaged chunk: exit code 5, and no half file', async () => {
    const { folder, env } = await place.copyRepository();
    const { manifest } = await place.runJson(['show', backup]);
    const { chunks } = manifest.tables.find(({ name }: { name: string }) => name === 'many_rows');
    const path = join(folder, 'chunks', chunks[0].name.slice(0, 2), chunks[0].name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    for (const format of ['sql', 'csv', 'json', 'directory']) {
      const out = join(place.folder, `damaged-${format}`);
      const { error } = await place.runJson(['export', 'latest', '--format', format, '-o', out], { env, exitCode: 5 });
      expect(error.message).toContain('many_rows');
      expect((await readdir(place.folder)).filter((name) => name.includes('damaged-'))).toEqual([
        folder.slice(place.folder.length + 1),
      ]);
    }
  });

  it('is a full disk: exit code 1 and its reason', async () => {
    const told = join(place.folder, 'full');
    const line = `"$NODE" "$CLI" export latest --format csv --table zoo.many_rows -o - 2>'${told}' >/dev/full`;
    const env = { HOLDFAST_REPOSITORY: `file:${place.repository}`, HOLDFAST_STATE: place.state };
    const cli = { NODE: process.execPath, CLI: join(import.meta.dirname, '../../cli/holdfast.js') };
    expect((await runShell(line, { ...env, ...cli })).exitCode).toBe(1);
    expect(await readFile(told, 'utf8')).toMatch(/^error: Cannot write to standard output: the disk is full\.\nhint: /);
  });

  it('is a person who stops it, and nothing is left', async () => {
    const repository = await openRepository({ location: `file:${place.repository}`, access: 'read' });
    const manifest = await findManifest(repository, { backup });
    for (const format of ['sql', 'csv', 'json', 'directory'] as const) {
      const stop = new AbortController();
      const to = { path: join(place.folder, 'stopped'), overwrite: false };
      const request = { tables: [], owners: true, privileges: true, scratch: null, environment: {} };
      const exporting = exportBackup({
        ...{ repository, manifest, format, to, ...request, signal: stop.signal, onBytes: () => stop.abort() },
      });
      await expect(exporting).rejects.toMatchObject({ name: 'CancelledError', exitCode: 6 });
      expect((await readdir(place.folder)).filter((name) => name.includes('stopped'))).toEqual([]);
    }
  });

  it('is a reader that goes away: exit code 1 and its reason', async () => {
    const told = join(place.folder, 'told');
    const line = `( "$NODE" "$CLI" export latest --format sql -o - 2>'${told}'; echo $? >'${told}.code' ) | head -c 1`;
    const env = { HOLDFAST_REPOSITORY: `file:${place.repository}`, HOLDFAST_STATE: place.state };
    await runShell(line, { ...env, NODE: process.execPath, CLI: join(import.meta.dirname, '../../cli/holdfast.js') });
    expect(await readFile(`${told}.code`, 'utf8')).toBe('1\n');
    expect(await readFile(told, 'utf8')).toMatch(
      /^error: Cannot write to standard output: .* has ended\.\nhint: .*\n$/,
    );
  });
});
