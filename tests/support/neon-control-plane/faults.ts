/**
 * What happens to a request:
 * - a status: it is answered so and not carried out;
 * - `reset`: the connection is dropped before anything is done;
 * - `lose-answer`: it is carried out, and the connection is dropped in place of the answer;
 * - `break-answer`: it is carried out, and the answer is 500.
 */
export type Fault =
  | { status: number; message?: string; retryAfter?: string }
  | 'reset'
  | 'lose-answer'
  | 'break-answer';

export interface FaultRule {
  fault: Fault;
  /** Which requests: `POST /projects/p/branches`. */
  matching?: RegExp;
  /** How many of them pass before the first that is hit. */
  skip?: number;
  /** How many are hit. */
  times?: number;
}

/** Faults that were asked for and have not happened yet. */
export interface Faults {
  inject(rule: FaultRule): void;
  /** Forgets what has not happened yet. */
  clear(): void;
  /** The fault of this request, used up with it. */
  take(request: string): Fault | undefined;
}

export function createFaults(): Faults {
  let rules: Required<FaultRule>[] = [];
  return {
    inject: ({ fault, matching = /^/, skip = 0, times = 1 }) => void rules.push({ fault, matching, skip, times }),
    clear: () => {
      rules = [];
    },
    take(request) {
      for (const rule of rules) {
        if (rule.times === 0 || !rule.matching.test(request)) continue;
        if (rule.skip > 0) {
          rule.skip--;
          continue;
        }
        rule.times--;
        return rule.fault;
      }
      return undefined;
    },
  };
}
