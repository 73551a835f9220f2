'use client';

import { Button } from '#app/ui/button.tsx';
import { ErrorPanel } from '#app/ui/error-panel.tsx';

/** For what nobody expected: the server's log has the details, a page must not. */
export default function ConsoleError({ retry }: { error: unknown; retry: () => void }) {
  const error = {
    ...{ name: 'Error', code: 'unexpected', message: 'Something unexpected happened.' },
    hint: 'Try again. The log of the server has the details.',
  };
  return (
    <>
      <ErrorPanel error={error} />
      <div>
        <Button onClick={retry}>Try again</Button>
      </div>
    </>
  );
}
