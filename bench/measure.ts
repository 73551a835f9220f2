import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  seconds: number;
  /** Peak resident memory of the process itself, in MB. */
  peakMb: number;
  /** Processor time of the process itself, user and system: what a busy machine does not change much. */
  cpuSeconds: number;
  stdout: string;
  startedAt: number;
}

const pollMs = 20;

/** Runs a program and answers its wall-clock time, its peak memory and what it printed. @throws where it fails. */
export async function measure(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const startedAt = Date.now();
  const begun = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  let peakMb = 0;
  let cpuSeconds = 0;
  const poll = setInterval(() => {
    peakMb = Math.max(peakMb, readPeak(child.pid));
    cpuSeconds = Math.max(cpuSeconds, readCpuSeconds(child.pid));
  }, pollMs);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(poll);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stderr}\n${stdout}`);
  return { seconds: (performance.now() - begun) / 1000, peakMb, cpuSeconds, stdout, startedAt };
}

/** proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms. */
function readCpuSeconds(pid: number | undefined): number {
  try {
    // The second field is the program's name in brackets, which may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // The process has just ended.
    return 0;
  }
}

function readPeak(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // The process has just ended.
    return 0;
  }
}

/** The upper one of the two in the middle where the count is even; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
