// npm test: all tests in as many shards as there are cores, each with servers of its own; with arguments one plain run.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

const projects = ['--project', 'unit', '--project', 'contract', '--project', 'integration'];
const args = process.argv.slice(2);
const most = 4;
// Where nobody can look again at once, a test that kills at a random moment gets a second try; the report says so.
const retry = process.env['CI'] === undefined ? [] : ['--retry=1'];
const shards = args.length > 0 ? 1 : Math.min(availableParallelism(), most);

/** Runs one shard, its lines marked with its number, and answers the exit code. */
async function runShard(shard: number): Promise<number> {
  const part = shards === 1 ? [] : [`--shard=${shard}/${shards}`];
  const child = spawn('vitest', ['run', ...projects, ...retry, ...part, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const mark = shards === 1 ? '' : `${shard}| `;
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    createInterface({ input: from }).on('line', (line) => to.write(`${mark}${line}\n`));
  }
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

const codes = await Promise.all(Array.from({ length: shards }, (_, index) => runShard(index + 1)));
for (const [index, code] of codes.entries()) console.log(`shard ${index + 1} of ${shards}: exit code ${code}`);
process.exitCode = Math.max(...codes);
