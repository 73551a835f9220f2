import type { RecordedError } from '#lib/runs/run-record.ts';

type Told = Pick<RecordedError, 'name' | 'code' | 'message' | 'hint'>;

/** An error as a page shows it; `tell` is that of who looks at it. Pure. */
export function tellError({ name, code, message, hint }: Told, tell: (text: string) => string): Told {
  return { name, code, message: tell(message), hint: tell(hint) };
}
