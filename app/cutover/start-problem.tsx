import { ErrorPanel } from '#app/ui/error-panel.tsx';

/** Why nothing was begun, by the code in the address: whoever writes an address writes no text into the page. */
export function StartProblem({ code, target }: { code: string; target: string }) {
  return <ErrorPanel error={describe(code, target)} tone="caution" />;
}

function describe(code: string, target: string) {
  const name = 'RefusedError';
  if (code === 'wrong_confirmation') {
    const message = `The name that was typed is not ${target}. Nothing was begun.`;
    return { name: 'UsageError', code, message, hint: `Type ${target}, or choose another target.` };
  }
  if (code === 'event_not_sent') {
    const hint = 'Try again in a moment; the log of the server says more.';
    return { name: 'UnavailableError', code, message: 'It could not be handed to Inngest. Nothing was begun.', hint };
  }
  const known = /^[a-z0-9_]{1,60}$/.test(code) ? code : 'unknown';
  const message = 'It was refused when it was about to begin, and nothing was.';
  return { name, code: known, message, hint: 'What is shown here was looked at anew: see what stands in the way.' };
}
