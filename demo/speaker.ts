import { openTerminal, type Terminal } from '#cli/output/terminal.ts';
import { describeDuration } from '#lib/report/describe-amounts.ts';

/** How the demo tells what it does. */
export interface Speaker {
  /** The terminal for runs and tables; silent on stderr once `hush` was called. */
  terminal: Terminal;
  say(text: string): void;
  /** A numbered heading, the work, and how long it took with what it answers. */
  step<T>(title: string, work: () => Promise<T>, told: (result: T) => string): Promise<T>;
  /** From here on nothing is told: the demo is being ended. */
  hush(): void;
}

/** Speaks on stdout; notes of the runs come dimmed between the steps. */
export function openSpeaker(): Speaker {
  const terminal = openTerminal({ json: false, quiet: false, color: true });
  let hushed = false;
  let steps = 0;
  const say = (text: string): void => {
    if (!hushed) console.log(text);
  };
  return {
    terminal: {
      ...terminal,
      note: (text) => say(`   ${terminal.paint('dim', text)}`),
      live: (line) => terminal.live(hushed ? undefined : line),
    },
    say,
    async step(title, work, told) {
      say(`\n${terminal.paint('bold', `${++steps}. ${title}`)}`);
      const begun = performance.now();
      const result = await work();
      say(
        `   ${told(result)} ${terminal.paint('dim', `(${describeDuration(Math.round(performance.now() - begun))})`)}`,
      );
      return result;
    },
    hush: () => {
      terminal.live(undefined);
      hushed = true;
    },
  };
}
