import Link from 'next/link';
import { buttonClass } from '#app/ui/button.tsx';
import type { Again } from './plan-again.ts';
import { StartAction } from './start-action.tsx';

/** Asks for the same once more; what was chosen besides is chosen anew. */
export function AgainAction({ again, what }: { again: Again; what: string }) {
  if ('page' in again) {
    return (
      <Link href={again.page} className={buttonClass()}>
        Do it again…
      </Link>
    );
  }
  return (
    <StartAction
      {...{ address: again.address, body: again.body, trigger: 'Do it again…', confirm: 'Do it again', tone: 'plain' }}
      title="Do it again?"
      done="It has begun"
    >
      {what}, from the beginning. This run stays as it is.
    </StartAction>
  );
}
