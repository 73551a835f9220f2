'use client';

import { useEffect, useState } from 'react';
import { z } from 'zod';
import { useVisible } from '#app/ui/use-visible.ts';
import { runStatuses } from '#lib/runs/run-record.ts';

const sampleSchema = z.object({
  ...{ phase: z.string(), at: z.number(), rows: z.number(), bytes: z.number(), items: z.number() },
  ...{ totalBytes: z.number(), totalItems: z.number() },
});

/** A pulse as it comes over the wire; `lib/run-view/read-pulse.ts` says what it means. */
const pulseSchema = z.object({
  status: z.enum(['running', 'waiting', ...runStatuses]),
  ended: z.boolean(),
  shape: z.string(),
  progress: sampleSchema.nullable(),
});
export type Pulse = z.infer<typeof pulseSchema>;

const pollMs = 3_000;
/** So many failures in a row, and this browser or what is between it and the server does not let streams through. */
const patience = 3;

/**
 * What moves of a run, from its stream of events; the browser comes back by itself where the stream breaks off. Where
 * none can be kept, the run is asked for every few seconds. A page that nobody sees does neither: a browser keeps six
 * connections to a server without HTTP/2, and tabs in the background must not hold them all.
 */
export function useRunPulse(runId: string): { pulse: Pulse | undefined; by: 'stream' | 'polling' } {
  const [pulse, setPulse] = useState<Pulse>();
  const [by, setBy] = useState<'stream' | 'polling'>('stream');
  const address = `/api/v1/runs/${runId}/events`;
  const isFollowed = useVisible() && pulse?.ended !== true;

  useEffect(() => {
    if (by !== 'stream' || !isFollowed) return;
    const source = new EventSource(address);
    let failures = 0;
    source.addEventListener('open', () => {
      failures = 0;
    });
    source.addEventListener('pulse', ({ data }) => setPulse(pulseSchema.parse(JSON.parse(data))));
    source.addEventListener('error', () => {
      failures += 1;
      // CLOSED: the server refused, and the browser does not come back by itself.
      if (source.readyState !== EventSource.CLOSED && failures < patience) return;
      source.close();
      setBy('polling');
    });
    return () => source.close();
  }, [address, by, isFollowed]);

  useEffect(() => {
    if (by !== 'polling' || !isFollowed) return;
    const ending = new AbortController();
    const ask = async (): Promise<void> => {
      const next = await askOnce(address, ending.signal);
      if (next) setPulse(next);
      if (!ending.signal.aborted) timer = setTimeout(ask, pollMs);
    };
    let timer = setTimeout(ask, 0);
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [address, by, isFollowed]);

  return { pulse, by };
}

/** Out of reach for a moment: the next time may do better. */
async function askOnce(address: string, signal: AbortSignal): Promise<Pulse | undefined> {
  try {
    const response = await fetch(address, { headers: { accept: 'application/json' }, signal });
    return response.ok ? pulseSchema.parse(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}
