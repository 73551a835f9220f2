import { quoteIdent } from '#lib/postgres/quote.ts';
import type { TargetFacts } from './read-target-facts.ts';

/**
 * The rights that a swap needs and the role lacks, each with the statement that gives it. A rename asks for CREATEDB and
 * for the rights of the owner (manual, "ALTER DATABASE"), the staging database for the right to give it to that owner.
 */
export function listSwapObstacles(facts: TargetFacts): { because: string; hint: string }[] {
  const { role, database } = facts.server;
  const obstacles: { because: string; hint: string }[] = [];
  if (!facts.mayCreateDatabases) {
    const because = `role ${role} may not create databases`;
    obstacles.push({ because, hint: `alter role ${quoteIdent(role)} createdb;` });
  }
  if (!facts.ownsDatabase) {
    const because = `role ${role} does not own database ${database}`;
    obstacles.push({ because, hint: `alter database ${quoteIdent(database)} owner to ${quoteIdent(role)};` });
  } else if (!facts.mayGiveToOwner) {
    const because = `role ${role} may not make a database that belongs to ${facts.owner}`;
    obstacles.push({ because, hint: `grant ${quoteIdent(facts.owner)} to ${quoteIdent(role)} with set true;` });
  }
  if (facts.closedTablespace !== null) {
    const because = `role ${role} may not create in tablespace ${facts.closedTablespace}`;
    const hint = `grant create on tablespace ${quoteIdent(facts.closedTablespace)} to ${quoteIdent(role)};`;
    obstacles.push({ because, hint });
  }
  return obstacles;
}
