import { readFileSync, readlinkSync } from 'node:fs';
import { z } from 'zod';

/** The process that has written a list, where others on its machine can tell whether it still runs. */
export const listWriterSchema = z.strictObject({
  /** The boot of the kernel and the space of its process ids: two containers of one machine are two. */
  machine: z.string(),
  pid: z.int().positive(),
});
export type ListWriter = z.infer<typeof listWriterSchema>;

/** This process; `null` where its machine cannot be told from others (Linux: `random(4)`, `pid_namespaces(7)`). */
export function thisWriter(): ListWriter | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { machine: `${boot} ${readlinkSync('/proc/self/ns/pid')}`, pid: process.pid };
  } catch {
    // Not Linux, or /proc is hidden: then time alone says when a list is dead.
    return null;
  }
}

/** Whether the writer certainly runs no more. A number that another process has taken over counts as running. */
export function hasEnded(writer: ListWriter): boolean {
  if (thisWriter()?.machine !== writer.machine) return false;
  try {
    process.kill(writer.pid, 0);
    return false;
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
