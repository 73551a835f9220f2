'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { z } from 'zod';
import { postJson, type ShownError } from '#app/ui/post-json.ts';
import { useTell } from '#app/ui/toast.tsx';

/** `run`: the run that was begun, or the one that was decided about; `null` where it has not begun yet. */
const answerSchema = z.object({ run: z.string().nullable() });

interface Starting {
  /** Sends the body; tells `done` and goes to the run that came of it. `false`: it failed, and `error` says why. */
  start: (body: object) => Promise<boolean>;
  error: ShownError | undefined;
}

/**
 * Starts a run from a page, or decides about one. `address` is the API's own, and answers `{ run }`; at the page of the
 * run `stayAt` that page is made anew in place of being left.
 */
export function useStart({
  address,
  done,
  stayAt,
}: {
  address: string;
  done: string;
  stayAt?: string | undefined;
}): Starting {
  const router = useRouter();
  const tell = useTell();
  const [error, setError] = useState<ShownError>();
  const start = async (body: object): Promise<boolean> => {
    setError(undefined);
    const answer = await postJson(address, { body, schema: answerSchema });
    if (!answer.ok) {
      setError(answer.error);
      return false;
    }
    const { run } = answer.value;
    tell(done, run === null ? 'It has not begun yet; the page of runs will show it.' : undefined);
    if (run !== null && run !== stayAt) router.push(`/runs/${run}`);
    else router.refresh();
    return true;
  };
  return { start, error };
}
