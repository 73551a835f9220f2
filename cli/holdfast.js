#!/usr/bin/env node
import { spawn } from 'node:child_process';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The one file that any Node can run: the rest is TypeScript for the Node that package.json pins.
// Compiled code is kept between starts (Node 22.8+): it halves the time until the first step.
nodeModule.enableCompileCache?.();
const [major = 0] = process.versions.node.split('.').map(Number);
if (major >= 24) await import('./main.ts');
else runPinnedNode();

function runPinnedNode() {
  const node = findPinnedNode();
  if (node === undefined) {
    console.error(
      `error: Holdfast needs Node 24 or newer; this is ${process.version}, and the pinned one is not installed.`,
    );
    console.error(
      'hint: Run `npm ci` in the project (it installs the Node of package.json), or start with a newer Node.',
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`error: The pinned Node (${node}) does not start: ${error.message}`);
    console.error('hint: Run `npm ci` in the project.');
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
}

/** The binary of the npm package `node`, wherever the installer has put it. */
function findPinnedNode() {
  try {
    const manifest = nodeModule.createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    // Not installed: the caller says so.
    return undefined;
  }
}
