/** Values handed from one that pushes to one that iterates; a failure comes after the values before it. */
export class ResultQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  #closed: { failure: unknown } | 'ended' | undefined;
  #wake: (() => void) | undefined;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  end(): void {
    this.#closed ??= 'ended';
    this.#wake?.();
  }

  fail(failure: unknown): void {
    this.#closed ??= { failure };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const value = this.#values.shift();
      if (value !== undefined) {
        yield value;
      } else if (this.#closed === 'ended') {
        return;
      } else if (this.#closed !== undefined) {
        throw this.#closed.failure;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }
}
