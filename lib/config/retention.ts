/** Which backups of a connection are kept; all times are of one time zone. */
export interface RetentionRules {
  keepLast: number;
  hourly: number;
  daily: number;
  weekly: number;
  monthly: number;
  yearly: number;
  /** Milliseconds before the newest backup; 0: the rule keeps nothing. */
  keepWithinMs: number;
  /** Where days, weeks, months and years begin: a name of the IANA list. */
  timezone: string;
}

/** The rules of every connection; `null`: all of its backups are kept. */
export interface Retention {
  of(connection: string): RetentionRules | null;
}
