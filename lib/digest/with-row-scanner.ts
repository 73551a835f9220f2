import { RowKernel } from './row-kernel.ts';

const idle: RowKernel[] = [];

/** Lends a kernel that counts and hashes plain COPY text (`scan`, `takeCounts`); a WebAssembly memory is dear to make. */
export async function withRowScanner<T>(body: (kernel: RowKernel) => Promise<T>): Promise<T> {
  const kernel = idle.pop() ?? new RowKernel({ blocks: 0, blockBytes: 0, digest: true });
  kernel.reset({ digest: true });
  try {
    return await body(kernel);
  } finally {
    idle.push(kernel);
  }
}
