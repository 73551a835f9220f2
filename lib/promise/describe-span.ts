import prettyMilliseconds from 'pretty-ms';

/** `1d 2h`, `45s`, `320ms`: the two largest units of a span, for one-line verdicts. */
export function describeSpan(milliseconds: number): string {
  return prettyMilliseconds(milliseconds, milliseconds < 60_000 ? { secondsDecimalDigits: 1 } : { unitCount: 2 });
}
