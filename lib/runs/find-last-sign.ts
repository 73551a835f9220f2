import type { Repository } from '#lib/repository/repository.ts';
import { runFolder } from './run-id.ts';

/** When something of a run, or of a part of it, was last written: a sign of its life. One listing of each. */
export async function findLastSign(
  repository: Repository,
  { family, start }: { family: readonly string[]; start: Date },
): Promise<Date> {
  let last = start;
  for (const run of family) {
    for await (const { modified } of repository.store.list(runFolder(run))) {
      if (modified > last) last = modified;
    }
  }
  return last;
}
