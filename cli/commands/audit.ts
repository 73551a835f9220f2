import type { Command } from 'commander';
import { z } from 'zod';
import { type Cell, renderTable } from '#cli/output/render-table.ts';
import type { Terminal } from '#cli/output/terminal.ts';
import type { AuditEntry } from '#lib/audit/audit-entry.ts';
import { listAudit } from '#lib/audit/audit-store.ts';
import { describeTime } from '#lib/report/describe-amounts.ts';
import { openWorkspace } from '#lib/workspace/open-workspace.ts';
import { describeExamples, type StartVerb, wholeNumber } from './verb.ts';

const optionsSchema = z.object({ limit: z.int(), before: z.string().optional() });

/** `holdfast audit`. */
export function addAudit(program: Command, start: StartVerb): void {
  program
    .command('audit')
    .summary('list who did what')
    .description('List the audit log of the repository, newest first: who did what, from where, and what came of it.')
    .option('--limit <n>', 'the newest n', wholeNumber({ min: 1, max: 10_000 }), 50)
    .option('--before <id>', 'only what is older than this entry: the `next` of the page before')
    .addHelpText(
      'after',
      describeExamples([
        ['holdfast audit', 'the newest 50 entries'],
        ['holdfast audit --limit 1000 --json', 'for another program'],
      ]),
    )
    .action((_options: unknown, command: Command) =>
      start(command, (terminal) => audit(terminal, optionsSchema.parse(command.opts()))),
    );
}

async function audit(terminal: Terminal, { limit, before }: z.infer<typeof optionsSchema>): Promise<number> {
  const { repository } = await openWorkspace();
  const page = await listAudit(repository, { limit, before });
  for (const { id, problem } of page.unreadable) terminal.note(`Entry ${id} cannot be read: ${problem.message}`);
  terminal.result({ repository: repository.location, ...page }, () => render(terminal, page));
  return 0;
}

function render(terminal: Terminal, { entries, next }: { entries: AuditEntry[]; next: string | null }): string {
  if (entries.length === 0) return 'Nothing is in the audit log';
  const columns = ['at', 'who', 'from', 'what', 'object', 'outcome', 'detail'].map((name) => ({ name }));
  const table = renderTable(terminal, columns, entries.map(toRow));
  return next === null ? table : `${table}\n  and older ones (--before ${next})`;
}

function toRow({ at, who, role, from, what, object, outcome, detail }: AuditEntry): Cell[] {
  const facts = Object.entries(detail).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]));
  return [
    describeTime(at),
    role === null ? who.name : `${who.name} (${role})`,
    from,
    what,
    object ?? '',
    outcome === 'accepted' ? outcome : { text: outcome, format: 'red' },
    facts.join(', '),
  ];
}
