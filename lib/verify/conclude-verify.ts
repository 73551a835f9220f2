import { z } from 'zod';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';
import { type Damage, damageSchema } from './damage.ts';

/** What a verification leaves in its run's result. */
export const verifyOutcomeSchema = z.strictObject({
  backup: z.string(),
  connection: z.string(),
  objects: z.int(),
  /** Stored bytes that were read. */
  stored: z.int(),
  rows: z.string(),
  /** How many damages there are; `damage` holds the first of them. */
  damaged: z.int(),
  damage: z.array(damageSchema),
});
export type VerifyOutcome = z.infer<typeof verifyOutcomeSchema>;

/** A step's result stays small; the run's folder has every one. */
const mostDamage = 200;
const mostNamed = 10;

/** Puts together what the lanes have found. Pure. */
export function concludeVerify(
  manifest: Manifest,
  found: { damage: readonly Damage[]; totals: { objects: number; stored: number } },
): VerifyOutcome {
  const { damage, totals } = found;
  return {
    backup: manifest.id,
    connection: manifest.connection,
    ...totals,
    rows: manifest.totals.rows,
    damaged: damage.length,
    damage: damage.slice(0, mostDamage),
  };
}

/** The error a damaged backup ends its verification with; it names objects and tables. */
export function verifyError(outcome: VerifyOutcome): RecordedError | null {
  if (outcome.damaged === 0) return null;
  const named = outcome.damage.slice(0, mostNamed).map(({ key, owners }) => `${key} (${owners.join(', ')})`);
  const more = outcome.damaged > named.length ? ` and ${outcome.damaged - named.length} more` : '';
  return {
    name: 'DamagedError',
    code: 'backup_damaged',
    message: `Backup ${outcome.backup} of ${outcome.connection} is damaged in ${count(outcome.damaged, 'object')}: ${named.join('; ')}${more}.`,
    hint: 'Restore from another backup. Remove the damaged objects, then back up again: what is there with the right size is taken as whole, and what is missing is stored anew.',
    exitCode: exitCodes.damaged,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
