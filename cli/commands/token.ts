import { type Command, Option } from 'commander';
import { z } from 'zod';
import { whoRunsThis } from '#cli/audit/who-runs-this.ts';
import { type Cell, renderFacts, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import { type ApiToken, stateOf, type TokenRequest, tokenRequestSchema, withoutHash } from '#lib/access/api-token.ts';
import { roles } from '#lib/access/role.ts';
import { createToken, listTokens, requireToken, revokeToken } from '#lib/access/token-store.ts';
import { readTokenUse } from '#lib/access/token-use.ts';
import { withAudit } from '#lib/audit/with-audit.ts';
import { UsageError } from '#lib/errors/usage-error.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb } from './verb.ts';

/** `holdfast token create | list | revoke`. */
export function addToken(program: Command, start: StartVerb): void {
  const token = program
    .command('token')
    .helpCommand(false)
    .summary('make, list and revoke tokens of the console and the API')
    .description('Make, list and revoke tokens of the console and the API. They are kept in the repository as hashes.')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast token create --name ci --role operator --connection production --expires 90d', 'for a pipeline'],
        ['holdfast token list', 'every token there ever was'],
        ['holdfast token revoke kfpu7g5olmy3', 'ends it, and the sessions that began with it'],
      ]),
    );
  token
    .command('create')
    .summary('make a token and print it, this once')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--connection <name>', 'limit it to this connection; may be given several times', collect)
    .option('--expires <time>', 'how long it is good for, e.g. 90d; for ever where it is not given')
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => create(terminal, optionsSchema.parse(command.opts()))),
    );
  token
    .command('list')
    .summary('list the tokens, newest first')
    .action((_options: unknown, command: Command) => start(command, list));
  token
    .command('revoke')
    .summary('end a token for good')
    .argument('<id>', 'its id: what stands between hf_ and the next _')
    .action((id: string, _options: unknown, command: Command) => start(command, (terminal) => revoke(terminal, id)));
}

const optionsSchema = z.object({
  name: z.string(),
  role: z.enum(roles),
  connection: z.array(z.string()).optional(),
  expires: z.string().optional(),
});

async function create(terminal: Terminal, given: z.infer<typeof optionsSchema>): Promise<number> {
  const wanted = parseRequest(given);
  const { name, role, connections, expiresIn } = wanted;
  const { repository } = await openWorkspace({ create: true });
  const who = whoRunsThis();
  const detail = { role, connections: connections?.join(', ') ?? null, expiresIn };
  const { token, text } = await withAudit(repository, { ...who, what: 'create-token', object: name, detail }, () =>
    createToken(repository, wanted, { by: who.who.name }),
  );
  terminal.note('This is the only time the token is shown; nobody can look it up again.');
  terminal.result({ token: describe(token, null), secret: text }, () =>
    [
      text,
      renderFacts(terminal, [
        ['id', token.id],
        ['role', role],
        ['limited to', connections?.join(', ') ?? 'nothing: all connections'],
        ['expires', token.expiresAt === null ? 'never' : describeTime(token.expiresAt)],
      ]),
    ].join('\n'),
  );
  return 0;
}

function parseRequest({ name, role, connection, expires }: z.infer<typeof optionsSchema>): TokenRequest {
  const parsed = tokenRequestSchema.safeParse({
    ...{ name, role, connections: connection ?? null, expiresIn: expires ?? null },
  });
  if (parsed.success) return parsed.data;
  throw new UsageError(`The token does not parse: ${z.prettifyError(parsed.error)}`, {
    code: 'bad_token_request',
    hint: 'See `holdfast token create --help`.',
    cause: parsed.error,
  });
}

async function list(terminal: Terminal): Promise<number> {
  const { repository } = await openWorkspace();
  const { tokens: listed, unreadable } = await listTokens(repository);
  const tokens = await Promise.all(
    listed.map(async (token) => describe(token, await readTokenUse(repository, token.id))),
  );
  for (const { id, problem } of unreadable) terminal.note(`Token ${id} cannot be read: ${problem.message}`);
  terminal.result({ repository: repository.location, tokens, unreadable }, () => {
    if (tokens.length === 0) return `No tokens in ${repository.location}`;
    const columns = ['id', 'name', 'role', 'limited to', 'state', 'expires', 'last used', 'made by'];
    const named = columns.map((name) => ({ name }));
    return renderTable(terminal, named, tokens.map(toRow));
  });
  return 0;
}

async function revoke(terminal: Terminal, id: string): Promise<number> {
  const { repository } = await openWorkspace();
  const { name } = await requireToken(repository, id);
  const who = whoRunsThis();
  const token = await withAudit(repository, { ...who, what: 'revoke-token', object: id, detail: { name } }, () =>
    revokeToken(repository, id, { by: who.who.name }),
  );
  const told = { token: describe(token, await readTokenUse(repository, id)) };
  terminal.result(told, () => `Revoked ${id} (${name}); a server takes it for half a minute more at most.`);
  return 0;
}

type Described = ReturnType<typeof describe>;

function describe(token: ApiToken, lastUsedAt: string | null) {
  return { ...withoutHash(token), state: stateOf(token, Date.now()), lastUsedAt };
}

function toRow({ id, name, role, scope, state, expiresAt, lastUsedAt, createdBy }: Described): Cell[] {
  return [
    ...[id, name, role, scope?.join(', ') ?? ''],
    state === 'active' ? state : { text: state, format: 'red' as const },
    expiresAt === null ? 'never' : describeTime(expiresAt),
    lastUsedAt === null ? 'never' : describeTime(lastUsedAt),
    createdBy,
  ];
}

function collect(name: string, before: string[] = []): string[] {
  return [...before, name];
}
