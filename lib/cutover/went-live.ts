import { UnavailableError } from '#lib/errors/unavailable-error.ts';

/** A cut-over came about while its run was being undone: the next attempt rolls it back. */
export function wentLive(target: string): UnavailableError {
  return new UnavailableError(`The copy of ${target} went live while its run was being undone.`, {
    code: 'went_live',
    hint: 'Nothing was dropped. Another attempt takes the cut-over back first.',
  });
}
