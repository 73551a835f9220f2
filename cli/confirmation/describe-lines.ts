import { escapeControls } from '#cli/output/terminal.ts';

/** A heading and named lines under it, for a question on stderr. */
export function describeLines(heading: string, lines: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  const told = lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return escapeControls([heading, ...told].join('\n'));
}
