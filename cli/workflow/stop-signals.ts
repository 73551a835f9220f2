/** One press of Ctrl-C reaches a process more than once: from the terminal, and from npx or our launcher. */
const onePressMs = 400;

/**
 * Runs `body` while SIGINT, SIGTERM and SIGHUP are told to it: the first as `stop`, the next one as `abort`.
 */
export async function withStopSignals<T>(
  body: (signals: { stop: Promise<NodeJS.Signals>; abort: Promise<void> }) => Promise<T>,
): Promise<T> {
  const stop = Promise.withResolvers<NodeJS.Signals>();
  const abort = Promise.withResolvers<void>();
  let first = 0;
  const listen = (signal: NodeJS.Signals): void => {
    const now = Date.now();
    if (first === 0) {
      first = now;
      stop.resolve(signal);
    } else if (now - first > onePressMs) {
      abort.resolve();
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listen);
  try {
    return await body({ stop: stop.promise, abort: abort.promise });
  } finally {
    for (const signal of signals) process.off(signal, listen);
  }
}
