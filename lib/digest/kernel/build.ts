import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const source = join(import.meta.dirname, 'kernel.ts');
const generated = join(import.meta.dirname, '..', 'kernel.wasm.ts');
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd,bulk-memory'];

/** Compiles `kernel.ts` and returns the text of `lib/digest/kernel.wasm.ts`. */
export function compileKernel(): string {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-kernel-'));
  try {
    const binary = join(folder, 'kernel.wasm');
    execFileSync(process.execPath, [compiler, source, '-o', binary, ...options], { stdio: 'inherit' });
    return [
      '// Generated from kernel/kernel.ts by `npm run build:kernel`; a test compares the two.',
      `export const kernelBase64 =\n  '${readFileSync(binary).toString('base64')}';\n`,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) writeFileSync(generated, compileKernel());
