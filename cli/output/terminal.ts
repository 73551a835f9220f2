import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { RecordedError } from '#lib/runs/run-record.ts';

/** The formats used; each means one thing. */
export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export interface TerminalOptions {
  json: boolean;
  quiet: boolean;
  /** False where the person wants none; else the streams decide. */
  color: boolean;
}

/** How a command speaks: results on stdout, everything else on stderr. */
export interface Terminal {
  readonly json: boolean;
  /** Stderr is a terminal that progress may be redrawn on. */
  readonly redraws: boolean;
  readonly quiet: boolean;
  /** The one result of the command: as a JSON document, or as text for people. */
  result(document: unknown, text: () => string): void;
  /** A line for people beside the result; not with --quiet. */
  note(text: string): void;
  /** The line under which everything else scrolls; `undefined` takes it away. */
  live(line: string | undefined): void;
  /** Prints an error (and, with --json, the document in place of a result) and answers its exit code. */
  fail(error: RecordedError, document?: unknown): number;
  /** Text of the result in a format, where stdout shows colours. */
  paint(format: Format, text: string): string;
}

/** Speaks through this process's streams. */
export function openTerminal({ json, quiet, color }: TerminalOptions): Terminal {
  const { stdout, stderr } = process;
  const redraws = stderr.isTTY === true && !quiet;
  const update = redraws ? createLogUpdate(stderr) : undefined;
  let shown: string | undefined;
  const paintFor = (stream: NodeJS.WriteStream, format: Format, text: string): string =>
    color ? styleText(format, text, { stream }) : text;
  const write = (text: string): void => {
    if (shown === undefined || update === undefined) return void stderr.write(`${text}\n`);
    update.clear();
    stderr.write(`${text}\n`);
    update(shown);
  };
  const print = (document: unknown, text: () => string): void => {
    stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${text()}\n`);
  };
  const live = (line: string | undefined): void => {
    if (line === undefined && shown !== undefined) update?.clear();
    if (line !== undefined) update?.(line);
    if (line === undefined && shown !== undefined) update?.done();
    shown = line;
  };
  return {
    json,
    quiet,
    redraws,
    result(document, text) {
      live(undefined);
      print(document, text);
    },
    note: (text) => {
      if (!quiet) write(text);
    },
    live,
    fail(error, document) {
      live(undefined);
      if (json) print(document ?? { status: 'failed', exitCode: error.exitCode, error }, () => '');
      write(`${paintFor(stderr, 'red', 'error:')} ${escapeControls(error.message)}`);
      if (error.hint !== '') write(`${paintFor(stderr, 'yellow', 'hint:')} ${escapeControls(error.hint)}`);
      return error.exitCode;
    },
    paint: (format, text) => paintFor(stdout, format, text),
  };
}

/** Names come from databases: what would move a terminal's cursor is shown, not obeyed. Newlines stay. */
export function escapeControls(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
