import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a process ended. */
export interface Exit {
  status: number | null;
  signal: NodeJS.Signals | null;
}

/** A server in a process of its own, which does not outlive this one. */
interface SpawnedServer {
  /** Everything it has printed so far. */
  log(): string;
  exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): Promise<Exit>;
}

/** Starts a program with `env` as its whole environment. */
export function spawnServer(options: {
  program: string;
  arguments: readonly string[];
  folder: string;
  env: NodeJS.ProcessEnv;
}): SpawnedServer {
  const child = spawn(options.program, options.arguments, {
    cwd: options.folder,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = once(child, 'close').then(([status, signal]): Exit => {
    process.off('exit', killWithUs);
    return { status, signal };
  });
  return {
    log: () => printed,
    exited,
    kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
