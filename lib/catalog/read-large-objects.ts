import type { Session } from '#lib/postgres/session.ts';
import type { LargeObjectInfo, RowSource } from './catalog.ts';

/** Every large object with what is not in its bytes: owner, privileges, comment. */
export async function readLargeObjects(session: Session): Promise<LargeObjectInfo[]> {
  const answer = await session.query<{ oid: string; owner: string; acl: string | null; comment: string | null }>(`
    select m.oid, pg_catalog.pg_get_userbyid(m.lomowner) as owner, m.lomacl::text as acl,
      pg_catalog.obj_description(m.oid, 'pg_largeobject') as comment
    from pg_catalog.pg_largeobject_metadata m order by m.oid`);
  return answer.rows;
}

/** The large objects as one source of rows: oid, offset, bytes. */
export function largeObjectSource(count: number): RowSource {
  return {
    kind: 'large-objects',
    schema: 'pg_catalog',
    name: 'pg_largeobject',
    columns: ['loid', 'start', 'data'],
    condition: '',
    pages: 0,
    bytes: count * largeObjectSlice,
    ranged: false,
  };
}

/** Bytes of a large object in one row: far below the 1 GB limit of a value, and fixed, as chunk borders must be. */
export const largeObjectSlice = 262_144;
