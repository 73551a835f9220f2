import type { Command } from 'commander';
import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import { type Cell, renderFacts, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { describeHook, type HookDescription } from '#lib/hooks/describe-hook.ts';
import { withoutHookHash } from '#lib/hooks/hook-token.ts';
import {
  createHookToken,
  listHookTokenNames,
  lookAtHookToken,
  revokeHookToken,
  rotateHookToken,
} from '#lib/hooks/hook-token-store.ts';
import { requireHook } from '#lib/hooks/require-hook.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import { openWorkspace, type Workspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast hook create | rotate | revoke | list`. */
export function addHook(program: Command, start: StartVerb): void {
  const hook = program
    .command('hook')
    .helpCommand(false)
    .summary('make, rotate and revoke the addresses of deploy hooks')
    .description(
      'Make, rotate and revoke the addresses of deploy hooks. What a hook starts stands in the config, under `hooks`;\n' +
        'the token in its address is kept in the repository as a hash.',
    )
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast hook create deploy', 'prints the address, this once'],
        ['holdfast hook rotate deploy', 'a new address; the former one opens nothing any more'],
        ['holdfast hook revoke deploy', 'no address opens it; signed webhooks still do'],
        ['holdfast hook list', 'the hooks of the config, and who made their tokens'],
      ]),
    );
  for (const [verb, summary, make] of [
    ['create', 'make the address of a hook and print it, this once', createHookToken],
    ['rotate', 'make a new address in the place of the one there is', rotateHookToken],
  ] as const) {
    hook
      .command(verb)
      .summary(summary)
      .argument('<name>', 'the hook, as the config names it')
      .action((name: string, _options: unknown, command: Command) =>
        start(command, (terminal) => mint(terminal, { name, what: `${verb}-hook`, make })),
      );
  }
  hook
    .command('revoke')
    .summary('end the address of a hook')
    .argument('<name>', 'the hook')
    .action((name: string, _options: unknown, command: Command) =>
      start(command, (terminal) => revoke(terminal, name)),
    );
  hook
    .command('list')
    .summary('list the hooks')
    .action((_options: unknown, command: Command) => start(command, list));
}

interface Minting {
  name: string;
  what: string;
  make: typeof createHookToken;
}

async function mint(terminal: Terminal, { name, what, make }: Minting): Promise<number> {
  const { config, repository } = await openWorkspace({ create: true });
  const hook = requireHook(config.hooks, name);
  const who = whoRunsThis();
  const { token, text } = await withAudit(repository, { ...who, what, object: name }, () =>
    make(repository, name, { by: who.who.name }),
  );
  const url = `${config.access.publicUrl ?? 'http://localhost:3000'}/api/hooks/${name}?token=${text}`;
  terminal.note('This is the only time the address is shown; nobody can look it up again.');
  if (config.access.publicUrl === null) terminal.note('Set publicUrl in the config to have it with the right host.');
  terminal.result({ hook: describeHook(hook, { token }), url, token: text }, () =>
    [
      url,
      renderFacts(terminal, [
        ['starts', `${hook.start} of ${hook.connection}${hook.to === null ? '' : ` to ${hook.to}`}`],
        ['by hand', 'open it in a browser and press the button'],
        ['in a pipeline', "curl --fail-with-body -sSL -d '' 'ADDRESS&wait=1'"],
      ]),
    ].join('\n'),
  );
  return 0;
}

async function revoke(terminal: Terminal, name: string): Promise<number> {
  const { repository } = await openWorkspace();
  const who = whoRunsThis();
  const token = await withAudit(repository, { ...who, what: 'revoke-hook', object: name }, () =>
    revokeHookToken(repository, name, { by: who.who.name }),
  );
  terminal.result(
    { token: withoutHookHash(token) },
    () => `Revoked the address of ${name}; a server takes it for half a minute more at most.`,
  );
  return 0;
}

async function list(terminal: Terminal): Promise<number> {
  const { config, repository }: Workspace = await openWorkspace();
  const seen = [...config.hooks.values()].map(async (hook) =>
    describeHook(hook, await lookAtHookToken(repository, hook.name)),
  );
  const hooks = await Promise.all(seen);
  const strays = (await listHookTokenNames(repository)).filter((name) => !config.hooks.has(name));
  terminal.result({ hooks, notInTheConfig: strays }, () => {
    if (hooks.length === 0) return 'The config names no hooks.';
    const columns = ['hook', 'starts', 'connection', 'webhook', 'address', 'made by'].map((name) => ({ name }));
    return renderTable(terminal, columns, hooks.map(toRow));
  });
  return 0;
}

function toRow({ name, start, connection, to, signature, token, problem }: HookDescription): Cell[] {
  const state =
    problem !== null ? 'unreadable' : token === null ? 'none' : token.revokedAt === null ? 'made' : 'revoked';
  const when = token === null ? (problem?.message ?? '') : `${token.createdBy}, ${describeTime(token.createdAt)}`;
  return [name, start, to === null ? connection : `${connection} to ${to}`, signature ?? '', state, when];
}
