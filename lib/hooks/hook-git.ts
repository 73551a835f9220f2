/** The commit and the branch or tag that a deployment or a push is about. */
export interface HookGit {
  sha?: string;
  ref?: string;
}

/** What of a commit and a branch looks like them; all else is left out. */
export function toGit(sha: string | null | undefined, ref: string | null | undefined): HookGit {
  const commit = sha?.toLowerCase() ?? '';
  return {
    // GitHub sends forty zeros for a branch that was deleted.
    ...(/^[0-9a-f]{4,64}$/.test(commit) && !/^0+$/.test(commit) ? { sha: commit } : {}),
    ...(ref && ref.length <= 255 ? { ref } : {}),
  };
}
