/** The environment as the rest of the house sees it: the only place that reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

let overrides: Environment = {};

/** The variables of this process. Pass the answer on; read no variable anywhere else. */
export function readEnvironment(): Environment {
  return Object.keys(overrides).length === 0 ? process.env : { ...process.env, ...overrides };
}

/**
 * Lays variables over those of this process, in the place of earlier ones: how options of a command line reach steps
 * that run in the same process. Child processes do not inherit them.
 */
export function overrideEnvironment(variables: Environment): void {
  overrides = variables;
}
