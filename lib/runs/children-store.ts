import { z } from 'zod';
import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';

const childSchema = z.strictObject({ run: z.string() });

/** Notes in the parent's folder which run one of its steps is. Safe to repeat. */
export async function noteChild(repository: Repository, parent: ParentStep, run: string): Promise<void> {
  await repository.putJson(childKey(parent), { run });
}

/** The run that a step of a run is, or `undefined` where it has not begun. */
export async function findChild(repository: Repository, parent: ParentStep): Promise<string | undefined> {
  return (await repository.getJson(childKey(parent), childSchema))?.run;
}

/** The runs that are parts of a run, in the order of their steps' names. */
export async function listChildren(repository: Repository, runId: string): Promise<string[]> {
  const children: string[] = [];
  for await (const { key } of repository.store.list(`${runFolder(runId)}children/`)) {
    const child = await repository.getJson(key, childSchema);
    if (child) children.push(child.run);
  }
  return children;
}

/** The run, its parts and their parts, each before its own. */
export async function listFamily(repository: Repository, runId: string): Promise<string[]> {
  const children = await listChildren(repository, runId);
  const families = await Promise.all(children.map((child) => listFamily(repository, child)));
  return [runId, ...families.flat()];
}

/** A step of a run that is a run itself. */
export interface ParentStep {
  run: string;
  step: string;
}

/** Reads `<run>/<step>`, as requests carry it. */
export function parseParentStep(text: string): ParentStep {
  const [run = '', step = ''] = text.split('/');
  return { run, step };
}

function childKey({ run, step }: ParentStep): string {
  return `${runFolder(run)}children/${step}.json`;
}
