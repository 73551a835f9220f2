import { CircleCheck, CircleX } from 'lucide-react';
import { DataTable } from '#app/ui/data-table.tsx';
import { describeCount } from '#lib/report/describe-amounts.ts';
import { shortenText } from '#lib/report/shorten-text.ts';
import type { ProofLine, ProofSection, SectionLine, TableLine } from './plan-proof-view.ts';

/** Tables side by side: what the backup has, and what was found in the copy. */
export function TableLines({ tables }: { tables: readonly TableLine[] }) {
  return (
    <DataTable
      caption="Tables: rows and digests of source and copy"
      columns={[
        { name: 'Table', show: ({ table }) => <span className="font-mono text-xs">{table}</span> },
        { name: 'Rows, source', align: 'right', show: ({ rows }) => formatRows(rows.expected) },
        {
          name: 'Rows, copy',
          align: 'right',
          show: ({ rows }) => <Found line={rows} text={formatRows(rows.actual)} />,
        },
        { name: 'Digest, source', show: ({ content }) => <Digest text={content?.expected ?? 'not compared'} /> },
        { name: 'Digest, copy', show: ({ content }) => <FoundDigest content={content} /> },
        {
          name: 'Verdict',
          show: ({ passed }) => <Verdict passed={passed} word={passed ? 'equal' : 'differs'} />,
        },
      ]}
      rows={tables}
      keyOf={({ table }) => table}
    />
  );
}

/** Any other checks side by side; the downloads have answers that are too long for a line. */
export function CheckLines({ title, against, lines }: Pick<ProofSection, 'title' | 'against' | 'lines'>) {
  return (
    <DataTable
      caption={title}
      columns={[
        { name: 'Object', show: ({ object }) => <span className="font-mono text-xs">{object}</span> },
        ...against.map((name, index) => ({
          name,
          show: (line: SectionLine) => shortenText(line.against[index] ?? ''),
        })),
        { name: 'Copy', show: (line) => <Found line={line} text={shortenText(line.actual)} /> },
        { name: 'Verdict', show: ({ passed, verdict }) => <Verdict passed={passed} word={verdict} /> },
      ]}
      rows={lines}
      keyOf={({ object }) => object}
    />
  );
}

function Verdict({ passed, word }: { passed: boolean; word: string }) {
  const Icon = passed ? CircleCheck : CircleX;
  return (
    <span
      className={`inline-flex items-center gap-1 whitespace-nowrap ${passed ? 'text-proven' : 'font-medium text-failed'}`}
    >
      <Icon aria-hidden size={14} className="shrink-0" />
      {word}
    </span>
  );
}

function Found({ line, text }: { line: Pick<ProofLine, 'passed'>; text: string }) {
  return <span className={line.passed ? '' : 'font-medium text-failed'}>{text}</span>;
}

function FoundDigest({ content }: { content: ProofLine | null }) {
  return content === null ? (
    <Digest text="not compared" />
  ) : (
    <span className={content.passed ? '' : 'text-failed'}>
      <Digest text={content.actual} />
    </span>
  );
}

function Digest({ text }: { text: string }) {
  return <span className="font-mono text-xs break-all">{text}</span>;
}

function formatRows(text: string): string {
  return /^\d+$/.test(text) ? describeCount(text) : text;
}
