/** The beginning of a commit's SHA. */
export const shaStart = /^[0-9a-fA-F]{4,64}$/;

const dayMs = 86_400_000;

interface Asked {
  git?: string | undefined;
  /** Days (UTC), both included, or times: of `until` what is before it. */
  since?: string | undefined;
  until?: string | undefined;
}

/** A query of backups as lib reads it; all other fields stay as they are. Pure. */
export function toBackupFilter<T extends Asked>({ git, since, until, ...rest }: T) {
  return {
    ...rest,
    git: git?.toLowerCase(),
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(Date.parse(until) + (isDay(until) ? dayMs : 0)),
  };
}

function isDay(text: string): boolean {
  return text.length === '2026-11-21'.length;
}
