/** What is known of some rows: their number, the bytes of their COPY lines (newlines included) and their digest. */
export interface RowCounts {
  rows: number;
  bytes: number;
  /** Sum mod 2^64 of XXH64 (seed 0) of each line without its newline, 16 lower-case hex digits. */
  digest: string;
}

/** The counts of no rows at all. */
export const noRows: RowCounts = { rows: 0, bytes: 0, digest: '0'.repeat(16) };
