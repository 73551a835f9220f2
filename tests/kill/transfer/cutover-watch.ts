/** Looks all the time whether a cut-over is under way. */
export interface CutoverWatch extends AsyncDisposable {
  /** From the first statement (or request) that changes who is served to its answer, as far as an onlooker can tell. */
  readonly isUnderWay: boolean;
  /** Whoever is served now: changes with every cut-over and rollback. */
  readonly served: string | undefined;
  /** About how long one takes in which clients have to be ended, in milliseconds. */
  readonly spanMs: number;
  /** Until a cut-over has begun; at once where one is under way. @throws an AbortError. */
  untilBegun(signal: AbortSignal): Promise<void>;
}
