import { describe, expect, it } from 'vitest';
import { findServerEngine } from '#lib/config/find-server-engine.ts';

describe('what runs the functions of a server', () => {
  it.each([
    [{}, 'local'],
    [{ INNGEST_DEV: '0' }, 'local'],
    [{ INNGEST_DEV: 'false', INNGEST_EVENT_KEY: '' }, 'local'],
    [{ INNGEST_DEV: '1' }, 'inngest'],
    [{ INNGEST_DEV: 'http://127.0.0.1:8288' }, 'inngest'],
    [{ INNGEST_EVENT_KEY: 'k' }, 'inngest'],
    [{ INNGEST_SIGNING_KEY: 'k' }, 'inngest'],
    [{ INNGEST_BASE_URL: 'http://inngest' }, 'inngest'],
    [{ VERCEL: '1' }, 'none'],
    [{ VERCEL: '1', INNGEST_SIGNING_KEY: 'k' }, 'inngest'],
  ])('with %j it is %s', (environment, engine) => {
    expect(findServerEngine(environment)).toBe(engine);
  });
});
