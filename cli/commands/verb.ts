import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Terminal } from '#cli/output/terminal.ts';

/** Runs a verb's body once the global options are in force; its answer is the exit code. */
export type StartVerb = (command: Command, body: (terminal: Terminal) => Promise<number>) => Promise<void>;

/** Examples at the end of a verb's help: pairs of a command line and what it does. */
export function describeExamples(examples: readonly (readonly [line: string, what: string])[]): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  return `\nExamples:\n${examples.map(([line, what]) => `  $ ${line.padEnd(width)}  ${what}`).join('\n')}`;
}

/** Parses an option's whole number from `min` to `max`. */
export function wholeNumber({ min, max }: { min: number; max: number }): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It is not a whole number from ${min} to ${max}.`);
  };
}
