import type { LocalRunner } from './local-runner.ts';

/** Longer than a small step, shorter than what platforms grant before SIGKILL (Kubernetes: 30 s). */
const patienceMs = 25_000;
/** A shell and npm both pass Ctrl-C on: what comes this soon is the same wish. */
const echoMs = 1_000;

/**
 * On SIGTERM or SIGINT closes the runner first and only then lets the process's other handlers (a web server's) do
 * their work, which usually ends the process. A second signal, or 25 seconds, ends the waiting: a step that is cut off
 * runs again at the next start.
 */
export function stopOnSignal(runner: LocalRunner, say: (line: string) => void): void {
  let askedAt: number | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const others = process.listeners(signal);
    for (const other of others) process.off(signal, other);
    const passOn = (): void => {
      for (const other of others) other(signal);
      if (others.length === 0) process.exit(signal === 'SIGTERM' ? 143 : 130);
    };
    process.on(signal, () => {
      const now = Date.now();
      if (askedAt !== undefined) {
        // A second call of `close` waits no longer.
        if (now - askedAt > echoMs) void runner.close();
        return;
      }
      askedAt = now;
      say(`${signal}: finishing the steps under way; open runs go on at the next start`);
      setTimeout(() => void runner.close(), patienceMs).unref();
      runner.close().then(passOn, passOn);
    });
  }
}
