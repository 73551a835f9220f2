import { Bytes } from '#app/ui/bytes.tsx';
import { DataTable } from '#app/ui/data-table.tsx';
import type { StoredFormat } from '#lib/export/formats/stored-formats.ts';
import { queryText } from './parse-backup-filter.ts';

/** The files that lie beside a backup and need no Holdfast to be read. `files`: their address, for who may have them. */
export function FormatsTable({ formats, files }: { formats: readonly StoredFormat[]; files: string | null }) {
  const rows = formats
    .flatMap(({ format, files: own }) => own.map((file) => ({ format, ...file })))
    .slice(0, mostFiles);
  return (
    <DataTable
      caption="Stored formats of the backup"
      columns={[
        {
          name: 'File',
          show: ({ path }) =>
            files === null ? (
              path
            ) : (
              <a href={`${files}${queryText({ file: path })}`} className="break-all underline">
                {path}
              </a>
            ),
        },
        { name: 'Format', show: ({ format }) => format },
        { name: 'Table', show: ({ table }) => table ?? 'everything' },
        { name: 'Bytes', align: 'right', show: ({ bytes }) => <Bytes value={bytes} /> },
        { name: 'SHA-256', show: ({ sha256 }) => <code className="font-mono text-xs break-all">{sha256}</code> },
      ]}
      rows={rows}
      keyOf={({ path }) => path}
    />
  );
}

/** Of a schema of thousands of tables each may have its file; the API lists them all. */
const mostFiles = 200;
