import { describe, expect, it } from 'vitest';
import { listRoles } from '#lib/schema/list-roles.ts';
import { makeEntry } from './write-archive.ts';

const acl = (definition: string, name = 'TABLE t') => makeEntry({ id: 1, type: 'ACL', name, definition, owner: 'o' });
const policy = (definition: string) => makeEntry({ id: 1, type: 'POLICY', name: 't p', definition });

describe('listRoles', () => {
  it('reads grantees, grantors and the roles of default privileges', () => {
    const entries = [
      acl('REVOKE ALL ON SCHEMA public FROM PUBLIC;\nGRANT ALL ON SCHEMA public TO alice;'),
      acl('GRANT SELECT(id,"TO x"),UPDATE("a""b") ON TABLE public.t TO "B ""o""b, c" WITH GRANT OPTION;'),
      acl('SET SESSION AUTHORIZATION carol;\nGRANT SELECT ON TABLE t TO dave;\nRESET SESSION AUTHORIZATION;'),
      acl('GRANT ALL ON FUNCTION public.f(a integer, "from" text) TO erin;'),
      acl('GRANT ALL ON DATABASE d TO nobody;', 'DATABASE d'),
      makeEntry({
        ...{ id: 2, type: 'DEFAULT ACL', name: 'x', section: 'post-data' },
        definition: 'ALTER DEFAULT PRIVILEGES FOR ROLE frank IN SCHEMA s REVOKE ALL ON TABLES FROM grace;',
      }),
    ];
    expect(listRoles(entries)).toEqual({
      owners: [],
      grantees: ['B "o"b, c', 'alice', 'carol', 'dave', 'erin', 'frank', 'grace'],
      others: [],
    });
  });

  it('reads a policy’s roles, not its expressions', () => {
    const entries = [
      policy(
        `CREATE POLICY "FOR TO" ON public.t AS RESTRICTIVE FOR SELECT TO heidi, "I, J" USING ((x = ' TO mallory'));`,
      ),
      policy(`CREATE POLICY p ON public.t USING (true) WITH CHECK ((a = ' FROM oscar'));`),
      policy('CREATE POLICY p ON public.t FOR INSERT TO PUBLIC WITH CHECK (true);'),
      makeEntry({
        ...{ id: 3, type: 'USER MAPPING', name: 'x' },
        definition: `CREATE USER MAPPING FOR judy SERVER s OPTIONS (\n    password ' TO eve'\n);`,
      }),
    ];
    expect(listRoles(entries).others).toEqual(['I, J', 'heidi', 'judy']);
  });

  it('lists owners of what can have one', () => {
    const entries = [
      makeEntry({ id: 1, type: 'TABLE', name: 't', owner: 'zoe', drop: 'DROP TABLE t;' }),
      makeEntry({ id: 2, type: 'TABLE ATTACH', name: 't', owner: 'not me' }),
      makeEntry({ id: 3, type: 'DATABASE', name: 'd', owner: 'nor me', drop: 'DROP DATABASE d;' }),
      makeEntry({ id: 4, type: 'TABLE', name: 'u', owner: 'zoe', drop: 'DROP TABLE u;' }),
    ];
    expect(listRoles(entries).owners).toEqual(['zoe']);
  });
});
