import { findConnection } from '#lib/config/find-connection.ts';
import { withSession } from '#lib/postgres/connect.ts';
import { requireReachable } from '#lib/postgres/require-reachable.ts';
import { readServerInfo } from '#lib/postgres/server-info.ts';
import { checkProtection } from '#lib/restore/preflight-restore.ts';
import type { Workspace } from '#lib/workspace/open-workspace.ts';
import { type ChosenCutover, type CutoverRequest, chooseCutover } from './choose-cutover.ts';
import { isOneDatabase } from './is-one-database.ts';

/**
 * What can be known before an hour of copying: that source and target are two databases, that the source can be fenced
 * where that is asked for, and how the copy would go live. Reads only: safe to run twice.
 * @throws RefusedError (out of reach, login).
 */
export async function preflightTransfer(
  workspace: Workspace,
  {
    runId,
    request,
  }: { runId: string; request: CutoverRequest & { from: string; to: string; fence?: boolean | undefined } },
): Promise<ChosenCutover> {
  const source = findConnection(workspace.config, request.from);
  const target = findConnection(workspace.config, request.to);
  await requireReachable(source);
  const chosen = await chooseCutover(workspace, { runId, target, request });
  const { isSource, from } = await withSession(source, (session) =>
    withSession(target, async (other) => ({
      isSource: await isOneDatabase(session, other),
      from: { role: (await readServerInfo(session)).role, owns: await ownsDatabase(session) },
    })),
  );
  const checks = [
    checkProtection(target, request.confirm),
    {
      name: 'two databases',
      object: `connection ${request.to}`,
      passed: !isSource,
      detail: isSource ? `it is the database of ${request.from} itself` : 'not the source',
      hint: 'Give another target connection: a transfer goes from one database to another.',
    },
    ...(request.fence
      ? [
          {
            name: 'right to fence',
            object: `connection ${request.from}`,
            passed: from.owns,
            detail: from.owns ? 'the role owns the database' : `role ${from.role} does not own the database`,
            hint: 'Give the owner’s URL, or leave --fence out and stop the writers yourself.',
          },
        ]
      : []),
    ...chosen.checks,
  ];
  return { ...chosen, checks };
}

async function ownsDatabase(session: Parameters<typeof readServerInfo>[0]): Promise<boolean> {
  const answer = await session.query<{ owns: string }>(
    `select pg_catalog.pg_has_role(datdba, 'usage') as owns from pg_catalog.pg_database
    where datname = pg_catalog.current_database()`,
  );
  return answer.rows[0]?.owns === 't';
}
