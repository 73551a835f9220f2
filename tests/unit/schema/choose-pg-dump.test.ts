import { describe, expect, it } from 'vitest';
import { RefusedError } from '#lib/errors/refused-error.ts';
import { choosePgDump } from '#lib/schema/choose-pg-dump.ts';

const native = (major: number) => ({ path: `/usr/lib/postgresql/${major}/bin/pg_dump`, version: `${major}.4`, major });

describe('choosePgDump', () => {
  it('takes the native pg_dump of the server’s major, or the next newer one', () => {
    const natives = [native(18), native(15), native(16)];
    expect(choosePgDump({ serverMajor: 16, natives })).toEqual({ tool: 'native', native: native(16) });
    expect(choosePgDump({ serverMajor: 17, natives })).toEqual({ tool: 'native', native: native(18) });
  });

  it('takes WebAssembly when every native one is older than the server', () => {
    expect(choosePgDump({ serverMajor: 16, natives: [native(15)] })).toEqual({ tool: 'wasm' });
    expect(choosePgDump({ serverMajor: 18, natives: [] })).toEqual({ tool: 'wasm' });
  });

  it('does as it is forced to', () => {
    expect(choosePgDump({ serverMajor: 16, natives: [native(16)], force: 'wasm' })).toEqual({ tool: 'wasm' });
    expect(() => choosePgDump({ serverMajor: 16, natives: [native(15)], force: 'native' })).toThrow(
      'The server is PostgreSQL 16, too new to be dumped: pg_dump at hand: 15.4.',
    );
    expect(() => choosePgDump({ serverMajor: 16, natives: [], force: 'native' })).toThrow('there is no native pg_dump');
  });

  it('refuses a server newer than every pg_dump and names the versions', () => {
    const choose = () => choosePgDump({ serverMajor: 19, natives: [native(15)] });
    expect(choose).toThrow(RefusedError);
    expect(choose).toThrow('PostgreSQL 19, too new to be dumped: pg_dump at hand: 15.4, 18 (WebAssembly)');
  });

  it('refuses a server older than 13 even where a pg_dump could read it', () => {
    expect(() => choosePgDump({ serverMajor: 12, natives: [native(15)] })).toThrow(RefusedError);
    expect(choosePgDump({ serverMajor: 13, natives: [] })).toEqual({ tool: 'wasm' });
  });
});
