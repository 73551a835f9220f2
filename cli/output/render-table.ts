import Table from 'cli-table3';
import { escapeControls, type Format, type Terminal } from './terminal.ts';

/** A cell: text, or text in a format. */
export type Cell = string | { text: string; format: Format };

export interface Column {
  name: string;
  align?: 'left' | 'right';
}

const noLines = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under their headings, aligned, without lines; indented by two spaces. */
export function renderTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string {
  const table = new Table({
    head: columns.map(({ name }) => terminal.paint('dim', name)),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((cell) => renderCell(terminal, cell)));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** Facts under each other, names aligned; indented by two spaces. */
export function renderFacts(terminal: Terminal, facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .map(([name, value]) => `  ${terminal.paint('dim', name.padEnd(width))}  ${escapeControls(value)}`)
    .join('\n');
}

function renderCell(terminal: Terminal, cell: Cell): string {
  if (typeof cell === 'string') return escapeNewlines(cell);
  return terminal.paint(cell.format, escapeNewlines(cell.text));
}

function escapeNewlines(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\n');
}
