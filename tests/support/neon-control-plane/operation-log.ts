import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OperationAction, OperationStatus } from '@neondatabase/api-client';

export interface OperationRecord {
  id: string;
  branch: string;
  endpoint: string | undefined;
  action: OperationAction;
  status: OperationStatus;
  error: string | undefined;
  createdAt: Date;
  updatedAt: Date;
}

interface PlannedOperation {
  branch: string;
  endpoint?: string | undefined;
  action: OperationAction;
}

/** The operations of a project: what a change has begun goes on after its answer, and locks the project meanwhile. */
export interface OperationLog {
  /** Newest first, as Neon lists them. */
  list(): OperationRecord[];
  busy(): boolean;
  /** Begins `work` under these names. */
  begin(planned: readonly PlannedOperation[], work: () => Promise<void>): OperationRecord[];
  /** The next operations of that action end as failed, without being carried out. */
  failNext(action: OperationAction): void;
  /** Waits until nothing is under way. */
  settled(): Promise<void>;
}

const longestMs = 60_000;

/** What does not come to an end is to be an error with a name, and no test that hangs. */
async function inTime(work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(longestMs, undefined, { signal: timer.signal, ref: false }).then(
    () => Promise.reject(new Error(`not done after ${longestMs} ms`)),
    () => undefined,
  );
  await Promise.race([work, late]).finally(() => timer.abort());
}

/** `delayMs`: how long every operation takes at least. */
export function createOperationLog({ delayMs }: { delayMs: number }): OperationLog {
  const records: OperationRecord[] = [];
  const underWay = new Set<Promise<void>>();
  const failing = new Set<OperationAction>();

  const set = (operations: readonly OperationRecord[], status: OperationStatus): void => {
    for (const operation of operations) Object.assign(operation, { status, updatedAt: new Date() });
  };

  const carryOut = async (operations: readonly OperationRecord[], work: () => Promise<void>): Promise<void> => {
    await sleep(delayMs / 2);
    set(operations, OperationStatus.Running);
    const failed = operations.some(({ action }) => failing.delete(action));
    try {
      if (failed) throw new Error('the test asked for a failure');
      await inTime(work());
      await sleep(delayMs / 2);
      set(operations, OperationStatus.Finished);
    } catch (cause) {
      for (const operation of operations) operation.error = String(cause);
      set(operations, OperationStatus.Failed);
    }
  };

  return {
    list: () => [...records].reverse(),
    busy: () => underWay.size > 0,
    begin(planned, work) {
      const createdAt = new Date();
      const operations = planned.map(
        ({ branch, endpoint, action }): OperationRecord => ({
          ...{ id: randomUUID(), branch, endpoint, action, createdAt, updatedAt: createdAt },
          ...{ status: OperationStatus.Scheduling, error: undefined },
        }),
      );
      records.push(...operations);
      const carried = carryOut(operations, work).finally(() => underWay.delete(carried));
      underWay.add(carried);
      return operations;
    },
    failNext: (action) => void failing.add(action),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
