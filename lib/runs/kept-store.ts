import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { readMark, removeMark } from './mark.ts';

/** Something outside the repository that a run has made and nobody has taken away yet. */
export interface KeptThing {
  run: string;
  what: (typeof kinds)[number];
}

/**
 * `side-schema`: what a recovery makes in a live database; it is let go once the recovery is the person's.
 * `drill`: a drill's server, which is let go when the drill ends.
 */
const kinds = ['cutover', 'snapshot-branch', 'fence', 'side-schema', 'drill'] as const;

const keptMachineSchema = z.strictObject({
  host: z.string(),
  /** ISO 8601: after it the thing is nobody's, and the machine takes it away by itself. */
  until: z.iso.datetime(),
});

/** The one machine that can take a thing away. */
export type KeptMachine = z.infer<typeof keptMachineSchema>;

const keptSchema = z.strictObject({ run: z.string(), what: z.enum(kinds), machine: keptMachineSchema.optional() });

const prefix = 'kept/';

/** Marks the thing before it is made, with the machine where only one can take it away. Safe to repeat. */
export async function keepSomething(
  repository: Repository,
  { run, what, machine }: KeptThing & { machine?: KeptMachine },
): Promise<void> {
  await repository.putJson(`${prefix}${run}.${what}`, { run, what, machine });
}

/** The machine a thing is on, `undefined` where any can take it away, or nothing is kept. @throws DamagedError. */
export async function readKeptMachine(
  repository: Repository,
  { run, what }: KeptThing,
): Promise<KeptMachine | undefined> {
  return (await readMark(repository, { key: `${prefix}${run}.${what}`, schema: keptSchema }))?.machine;
}

/** Whether the thing is marked and nobody has let it go. @throws DamagedError. */
export async function isKept(repository: Repository, { run, what }: KeptThing): Promise<boolean> {
  return (await readMark(repository, { key: `${prefix}${run}.${what}`, schema: keptSchema })) !== undefined;
}

/** Takes the mark away once the thing is gone. Safe to repeat. */
export async function letGo(repository: Repository, { run, what }: KeptThing): Promise<void> {
  await removeMark(repository, `${prefix}${run}.${what}`);
}

/** Everything that runs have left to be taken away, oldest run first. */
export async function listKept(repository: Repository): Promise<KeptThing[]> {
  const kept: KeptThing[] = [];
  for await (const { key } of repository.store.list(prefix)) {
    const [, run, what] = /^kept\/([^.]+)\.([a-z-]+)$/.exec(key) ?? [];
    const kind = kinds.find((one) => one === what);
    if (run === undefined || kind === undefined) continue;
    if ((await readMark(repository, { key, schema: keptSchema })) !== undefined) kept.push({ run, what: kind });
  }
  return kept;
}
