import { HoldfastError } from '#lib/errors/holdfast-error.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';

/** The repository, or `undefined` where it cannot be opened: that may be the very thing people have to be told. */
export async function openForNotice(): Promise<Repository | undefined> {
  try {
    return (await openWorkspace()).repository;
  } catch (cause) {
    if (cause instanceof HoldfastError) return undefined;
    throw cause;
  }
}
