import { CircleCheck, LoaderCircle } from 'lucide-react';
import { hidePlaces } from '#app/http/hide-places.ts';
import { AutoRefresh } from '#app/ui/auto-refresh.tsx';
import { Badge } from '#app/ui/badge.tsx';
import { buttonClass } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';
import type { Hook } from '#lib/config/resolve-hooks.ts';
import type { HookOutcome } from '#lib/hooks/read-outcome.ts';

const refreshMs = 2_000;

/** How what a hook has started stands; the page follows it to its end. Not green: a backup is not yet a proof. */
export function HookOutcomePanel({ outcome, hook }: { outcome: HookOutcome; hook: Hook }) {
  const { state, message, run, error, exitCode } = outcome;
  return (
    <div className="grid gap-4" aria-live="polite">
      {error !== null && <ErrorPanel error={hidden(error)} tone={exitCode === 3 ? 'caution' : 'failed'} />}
      {error === null && (
        <>
          <p>
            {state === 'open' ? (
              <Badge tone="neutral" icon={LoaderCircle}>
                under way
              </Badge>
            ) : (
              <Badge tone="notice" icon={CircleCheck}>
                {hook.start === 'gate' ? 'open' : 'completed'}
              </Badge>
            )}
          </p>
          <p className="break-words">{message}</p>
        </>
      )}
      {state === 'open' && <AutoRefresh everyMs={refreshMs} />}
      {run !== null && (
        <a className={buttonClass()} href={`/runs/${run}`}>
          See the run
        </a>
      )}
    </div>
  );
}

/** Who has the address of a hook learns no place of the server. */
function hidden(error: NonNullable<HookOutcome['error']>): NonNullable<HookOutcome['error']> {
  return { ...error, message: hidePlaces(error.message), hint: hidePlaces(error.hint) };
}
