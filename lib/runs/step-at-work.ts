import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepAtWork } from './run-record.ts';

const storage = new AsyncLocalStorage<StepAtWork>();

/** Does the work of a step's attempt; the progress that is written in it names the step. */
export function withStepAtWork<T>(step: StepAtWork, work: () => Promise<T>): Promise<T> {
  return storage.run(step, work);
}

/** The step that this is called in; `undefined` outside of any. */
export function currentStep(): StepAtWork | undefined {
  return storage.getStore();
}
