import { z } from 'zod';
import { exitCodes } from '#lib/errors/holdfast-error.ts';
import type { Manifest } from '#lib/manifest/manifest.ts';
import type { RecordedError } from '#lib/runs/run-record.ts';
import { type Damage, damageSchema } from './damage.ts';
import type { VerifyPlan } from './plan-verify.ts';

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
  /** Where only a part was read: how large it was to be, and what it is a part of. */
  sample: z.strictObject({ percent: z.number(), ofObjects: z.int(), ofStored: z.int() }).nullable(),
  /** Names of damaged objects that lie under `quarantine/` now, and why others stay where they are. */
  /** Other backups that name a damaged object, the first of them, and how many could not be looked at. */
  shared: z.strictObject({ backups: z.array(z.string()), notRead: z.int() }),
  quarantined: z.strictObject({ moved: z.array(z.string()), stays: z.array(z.string()) }),
});
export type VerifyOutcome = z.infer<typeof verifyOutcomeSchema>;

/** A step's result stays small; the run's folder has every one. */
const mostDamage = 200;
const mostNamed = 10;

/** Puts together what the lanes have found. Pure. */
export function concludeVerify(
  manifest: Manifest,
  found: { damage: readonly Damage[]; plan: Pick<VerifyPlan, 'totals' | 'all'>; percent: number | null },
): VerifyOutcome {
  const { damage, plan, percent } = found;
  const { objects: ofObjects, stored: ofStored } = plan.all;
  return {
    backup: manifest.id,
    connection: manifest.connection,
    ...plan.totals,
    damaged: damage.length,
    damage: damage.slice(0, mostDamage),
    sample: percent === null ? null : { percent, ofObjects, ofStored },
    shared: { backups: [], notRead: 0 },
    quarantined: { moved: [], stays: [] },
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
    message: `Backup ${outcome.backup} of ${outcome.connection} is damaged in ${count(outcome.damaged, 'object')}: ${named.join('; ')}${more}.${tellShared(outcome)}`,
    hint: `Restore from another backup. ${tellRepair(outcome)}`,
    exitCode: exitCodes.damaged,
  };
}

function tellShared({ shared: { backups, notRead } }: VerifyOutcome): string {
  const named = backups.slice(0, mostNamed).join(', ');
  const more = backups.length > mostNamed ? ', ...' : '';
  const others =
    backups.length > 0
      ? ` Damaged objects are those of ${count(backups.length, 'other backup')} too: ${named}${more}.`
      : '';
  return notRead > 0 ? `${others} ${count(notRead, 'other backup')} could not be looked at for them.` : others;
}

/** How the backup becomes whole again, where that can be. */
function tellRepair({ backup, damaged, quarantined: { moved, stays } }: VerifyOutcome): string {
  const again = `back up again while the source still has these rows, then \`holdfast verify ${backup}\``;
  const [why] = stays;
  if (why !== undefined) return `Not all of the damaged objects could be put aside (${why}).`;
  if (moved.length < damaged) return `To repair it, ${again}.`;
  return `What is damaged was moved to quarantine/. To repair this one, ${again}.`;
}

/** What a look at a backup leaves with it, in one line. Pure. */
export function describeVerify({ objects, sample, damaged, damage }: VerifyOutcome): string {
  const read =
    sample === null
      ? `all ${count(objects, 'object')} read`
      : `a sample: ${objects} of ${count(sample.ofObjects, 'object')} read (${sample.percent} %)`;
  const [first] = damage;
  return first === undefined ? `${read}, none damaged` : `${read}, ${damaged} damaged; the first: ${first.says}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
