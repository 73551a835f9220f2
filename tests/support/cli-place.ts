import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { readEnvironment } from '#lib/config/environment.ts';

/** How one process of the CLI ended and what it said. */
export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A process of the CLI that is still running. */
export interface RunningCli {
  process: ChildProcess;
  /** Resolves with the match when stderr, or the terminal, has said what matches. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types at the terminal, where there is one; `\x03` is Ctrl-C, `\x04` the end of the input. */
  type(text: string): void;
  ended: Promise<CliResult>;
}

export interface CliOptions {
  /** Over those of the place; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /** Another Node than the one that runs the tests. */
  node?: string;
  uid?: number;
  /** Runs it at a pseudo-terminal; everything it says there is its stdout. See `hasTerminals`. */
  terminal?: boolean;
}

const program = join(import.meta.dirname, '..', '..', 'cli', 'holdfast.js');
const foreign = /^(INNGEST_|HOLDFAST_|DATABASE_URL$|NEON_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS)/;

/** A folder with a repository and a state folder of its own, in which real processes of the CLI run. */
export class CliPlace implements AsyncDisposable {
  readonly folder: string;
  readonly repository: string;
  readonly state: string;
  readonly #env: Record<string, string | undefined>;
  /** Everything any process has said. */
  #spoken = '';

  constructor(folder: string, env: Record<string, string | undefined>) {
    this.folder = folder;
    this.repository = join(folder, 'repository');
    this.state = join(folder, 'state');
    this.#env = env;
  }

  /** Starts the CLI; stdin is no terminal unless one is asked for. */
  start(args: readonly string[], options: CliOptions = {}): RunningCli {
    const own = Object.entries(readEnvironment()).filter(([name]) => !foreign.test(name));
    const env: Record<string, string | undefined> = {
      ...Object.fromEntries(own),
      HOLDFAST_REPOSITORY: `file:${this.repository}`,
      HOLDFAST_STATE: this.state,
      ...this.#env,
      ...options.env,
    };
    const command = [options.node ?? process.execPath, program, ...args];
    const [file = '', ...rest] = options.terminal ? atTerminal(command) : command;
    const child = spawn(file, rest, {
      cwd: this.folder,
      stdio: [options.terminal ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { NODE_ENV: 'production', ...env },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    const { stdin, stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('The CLI has no pipes.');
    let heard = '';
    (options.terminal ? stdout : stderr).on('data', (part: Buffer) => {
      heard += part.toString();
    });
    const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(heard);
        if (match) return match;
        if (child.exitCode !== null) throw new Error(`The CLI ended and never said ${pattern}: ${heard}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const ended = Promise.all([text(stdout), text(stderr), once(child, 'close')]).then(
      ([stdout, stderr, [exitCode]]): CliResult => {
        this.#spoken += stdout + stderr;
        expect(stdout + stderr, 'a stack trace').not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
        return { exitCode, stdout, stderr };
      },
    );
    return { process: child, said, type: (typed) => void stdin?.write(typed), ended };
  }

  /** Runs the CLI to its end. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return this.start(args, options).ended;
  }

  /** Runs it with `--json`, expects the exit code, and answers the document: stdout holds nothing else. */
  async runJson(args: readonly string[], options: CliOptions & { exitCode?: number } = {}): Promise<CliDocument> {
    const result = await this.run([...args, '--json'], options);
    expect(result.exitCode, result.stdout + result.stderr).toBe(options.exitCode ?? 0);
    return JSON.parse(result.stdout);
  }

  /** Runs it, expects it to fail with one message and one hint, and answers what it said on stderr. */
  async runBadly(args: readonly string[], options: CliOptions & { exitCode: number }): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, options);
    expect(exitCode, stdout + stderr).toBe(options.exitCode);
    expect(stderr.match(/^error: /gm), stderr).toHaveLength(1);
    expect(stderr.match(/^hint: ./gm), stderr).toHaveLength(1);
    return stderr;
  }

  /** Nothing that was said or written anywhere in the folder holds one of the secrets. */
  async expectNoSecret(secrets: readonly string[]): Promise<void> {
    const files = await readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(5);
      expect(this.#spoken).not.toContain(secret);
      for (const file of files) {
        if (!file.isFile()) continue;
        const path = join(file.parentPath, file.name);
        expect((await readFile(path)).includes(secret), path).toBe(false);
      }
    }
  }

  /** A copy of the repository, to damage; `env` points the CLI at it. */
  async copyRepository(): Promise<{ folder: string; env: Record<string, string> }> {
    const folder = await mkdtemp(join(this.folder, 'damaged-'));
    await cp(this.repository, folder, { recursive: true });
    return { folder, env: { HOLDFAST_REPOSITORY: `file:${folder}` } };
  }

  /** The journals that are there. */
  async listJournals(): Promise<string[]> {
    await mkdir(this.state, { recursive: true });
    return (await readdir(this.state)).filter((name) => name.endsWith('.jsonl'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A command line that runs another one at a pseudo-terminal and ends with its exit code: script(1) of util-linux. */
function atTerminal(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '--quiet', '--flush', '--return', '--command', quoted, '/dev/null'];
}

/** Whether a pseudo-terminal can be had here. */
export function hasTerminals(): boolean {
  return spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;
}

/** What `--json` prints; a test says what it expects of it. */
// biome-ignore lint/suspicious/noExplicitAny: the document is another program's output, and each test looks at its part.
type CliDocument = any;

/** Makes a place whose processes have these variables. */
export async function openCliPlace(env: Record<string, string | undefined>): Promise<CliPlace> {
  return new CliPlace(await mkdtemp(join(tmpdir(), 'holdfast-cli-')), env);
}

/** The password of a URL. */
export function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}
