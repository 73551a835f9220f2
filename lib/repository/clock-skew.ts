/** How far another machine's clock may be ahead before what it has dated counts as dated in the future. */
const clockSkewMs = 5 * 60_000;

/** Whether `time` lies further ahead of `now` than clocks may differ. */
export function isDatedAhead(time: Date, now: Date): boolean {
  return time.getTime() - now.getTime() > clockSkewMs;
}
