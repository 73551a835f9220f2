// npm test: all tests in as many shards as there are cores, each with servers of its own; with arguments one plain run.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

const projects = ['--project', 'unit', '--project', 'contract', '--project', 'integration'];
const args = process.argv.slice(2);
const most = 4;
/** The reporter's headings above the tests that failed, and the errors that no test has caught. */
const failuresBegin = /Failed (Suites|Tests) \d+|Unhandled Errors/;
const mostLines = 300;
// Where nobody can look again at once, a test that kills at a random moment gets a second try; the report says so.
const retry = process.env['CI'] === undefined ? [] : ['--retry=1'];
const shards = args.length > 0 ? 1 : Math.min(availableParallelism(), most);

/** Runs one shard, its lines marked with its number; answers the exit code, and the lines that tell what failed. */
async function runShard(shard: number): Promise<{ code: number; failures: string[] }> {
  const part = shards === 1 ? [] : [`--shard=${shard}/${shards}`];
  const child = spawn('vitest', ['run', ...projects, ...retry, ...part, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const mark = shards === 1 ? '' : `${shard}| `;
  const failures: string[] = [];
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    createInterface({ input: from }).on('line', (line) => {
      const marked = `${mark}${line}\n`;
      to.write(marked);
      if (failures.length > 0 || failuresBegin.test(line)) failures.push(marked);
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, failures })));
}

const ended = await Promise.all(Array.from({ length: shards }, (_, index) => runShard(index + 1)));
// One shard may end long before the other: what failed is said once more, where the reader looks first.
if (shards > 1)
  for (const { code, failures } of ended) if (code !== 0) process.stdout.write(failures.slice(0, mostLines).join(''));
for (const [index, { code }] of ended.entries()) console.log(`shard ${index + 1} of ${shards}: exit code ${code}`);
process.exitCode = Math.max(...ended.map(({ code }) => code));
