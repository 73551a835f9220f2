import { holdfastSchema } from '#lib/catalog/user-schemas.ts';
import type { Session } from '#lib/postgres/session.ts';
import type { Check } from '#lib/report/check.ts';
import { findLedgerRun } from '#lib/restore/ledger.ts';
import { findSchemaOwner, type SideSchema } from './side-schema.ts';

/** Names that PostgreSQL or Holdfast have for themselves. */
const reserved = /^(pg_.*|information_schema|holdfast)$/s;
/** NAMEDATALEN - 1: the server would cut a longer name, and make another schema than was asked for. */
const longestNameBytes = 63;

/** Whether the side schema can be made, and no other run is at work in the database. Reads only. */
export async function checkSideSchema(session: Session, schema: SideSchema): Promise<Check[]> {
  return [await checkName(session, schema), await checkRight(session), await checkLedger(session, schema.runId)];
}

async function checkName(session: Session, schema: SideSchema): Promise<Check> {
  const { name } = schema;
  const hint = 'Give the name of a new schema: --schema-as NAME.';
  const check = { name: 'side schema', object: `schema ${name}`, hint };
  if (name.includes('\0') || Buffer.byteLength(name) > longestNameBytes) {
    return { ...check, passed: false, detail: `a name has at most ${longestNameBytes} bytes` };
  }
  if (reserved.test(name)) return { ...check, passed: false, detail: 'the name is reserved' };
  const owner = await findSchemaOwner(session, schema);
  if (owner === 'others') return { ...check, passed: false, detail: 'the live database has it already' };
  return { ...check, passed: true, detail: owner === 'nobody' ? 'free' : 'half built by this very run' };
}

async function checkRight(session: Session): Promise<Check> {
  const answer = await session.query<{ may: string; read_only: string; database: string; role: string }>(
    `select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') as may,
       pg_catalog.current_setting('transaction_read_only') as read_only,
       pg_catalog.quote_ident(pg_catalog.current_database()) as database, pg_catalog.quote_ident(current_user) as role`,
  );
  const { may, read_only: readOnly, database, role } = answer.rows[0] ?? {};
  const check = { name: 'right to create', object: `database ${database}` };
  if (readOnly === 'on') {
    const hint = 'It is a standby: give the URL of the primary server.';
    return { ...check, passed: false, detail: 'it can only be read', hint };
  }
  const passed = may === 't';
  const detail = `role ${role} ${passed ? 'may' : 'may not'} create schemas`;
  return { ...check, passed, detail, hint: `grant create on database ${database} to ${role};` };
}

async function checkLedger(session: Session, runId: string): Promise<Check> {
  const check = { name: 'no other run', object: `schema ${holdfastSchema}` };
  const holder = await findLedgerRun(session);
  if (holder === runId) return { ...check, passed: true, detail: 'the ledger of this very run', hint: '' };
  if (holder !== undefined) {
    const hint = `Wait for it; where its process was killed, \`holdfast resume ${holder}\` or \`holdfast cancel ${holder}\`; where it is a recovery that has failed, \`holdfast discard ${holder}\` or \`holdfast sweep\`.`;
    return { ...check, passed: false, detail: `the run ${holder} is at work in the database, or was stopped`, hint };
  }
  const passed = !(await hasHoldfastSchema(session));
  const hint = `It is none that a run has left: rename or drop it if nobody needs it.`;
  return {
    ...check,
    passed,
    detail: passed ? 'free' : 'the name is reserved, and the database has such a schema',
    hint,
  };
}

/** Whether there is a schema of the name that the ledger takes. */
export async function hasHoldfastSchema(session: Session): Promise<boolean> {
  const found = await session.query('select from pg_catalog.pg_namespace where nspname = $1', [holdfastSchema]);
  return found.rows.length > 0;
}
