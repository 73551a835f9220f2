/** What every Holdfast error carries besides its message. */
export interface HoldfastErrorOptions {
  /** Stable, greppable, lower_snake_case; narrower than the class name. */
  code: string;
  /** One sentence that says what to do next. */
  hint: string;
  cause?: unknown;
}

/** Exit codes of the CLI, as documented in the README. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  refused: 3,
  proofFailed: 4,
  damaged: 5,
  cancelled: 6,
  rollbackFailed: 7,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * The one family of errors Holdfast throws on purpose. `name` is the class, `code` the exact case,
 * `retryable` tells a durable step whether another attempt can help, `hint` tells a person what to do.
 */
export abstract class HoldfastError extends Error {
  /** Spelled out in each class: a minified bundle renames classes. */
  abstract override readonly name: string;
  readonly code: string;
  readonly hint: string;
  abstract readonly exitCode: ExitCode;
  /** True where the same call may succeed later with nothing changed by a person. */
  readonly retryable: boolean = false;

  constructor(message: string, options: HoldfastErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint;
  }
}
