import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { UnavailableError } from '#lib/errors/unavailable-error.ts';
import type { ScratchServer } from './scratch-server.ts';
import { type ScratchRequest, startScratchServer } from './start-scratch-server.ts';
import { stopScratchServer } from './stop-scratch-server.ts';

/**
 * The guard's standard input is a pipe from this process, which the kernel closes when this process ends, however it
 * ends. Then it ends the server at once (SIGQUIT) and removes the files.
 */
const guard = `
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
n=0
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ "$n" -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
rm -rf "$1"
`;

/**
 * Runs `use` with a throw-away server of at least `major`, in the operating system's folder for temporary files unless
 * another is named. It ends, and its files go, with `use`, and with this process by any signal.
 * @throws RefusedError where no server program is at hand; what `use` throws.
 */
export async function withScratchServer<T>(
  options: Pick<ScratchRequest, 'major' | 'environment'> & { folder?: string },
  use: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const request = {
    ...options,
    folder: options.folder ?? tmpdir(),
    id: `${process.pid}-${randomBytes(6).toString('hex')}`,
  };
  const server = await startScratchServer({ ...request, owner: process.pid });
  const watching = spawn('/bin/sh', ['-c', guard, 'guard', server.directory], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watching.unref();
  // From the beginning on: it may end, or not even begin, long before it is asked to.
  const ended = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error']) watching.once(event, () => resolve());
  });
  try {
    await once(watching, 'spawn').catch((cause: unknown) => {
      throw new UnavailableError('The process that takes a throw-away server down cannot be started.', {
        ...{ code: 'scratch_guard', hint: 'Look at the limits of processes and open files of this machine.', cause },
      });
    });
    return await use(server);
  } finally {
    await stopScratchServer(request);
    watching.ref();
    // Where it could not be started it may have none.
    watching.stdin?.end();
    await ended;
  }
}
