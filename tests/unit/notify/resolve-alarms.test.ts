import { describe, expect, it } from 'vitest';
import { resolveConfig } from '#lib/config/resolve-config.ts';

const slack = (over: object = {}): object => ({ kind: 'slack', urlFrom: 'SLACK', ...over });
const alarmsOf = (written: object, environment: Record<string, string> = {}) =>
  resolveConfig(written, environment).alarms;

describe('resolveAlarms', () => {
  it('names channels by their kind, and counts those without a name', () => {
    const notify = [slack(), slack({ name: 'night' }), slack(), { ...slack(), kind: 'discord' }];
    expect(alarmsOf({ notify }).channels.map(({ name }) => name)).toEqual(['slack', 'night', 'slack-2', 'discord']);
    const twice = { notify: [slack(), slack({ name: 'slack' })] };
    expect(() => alarmsOf(twice)).toThrow('Two channels of notify have the name "slack".');
  });

  it('takes secrets from variables, and an empty one as not set', () => {
    const [channel] = alarmsOf({ notify: [slack()] }, { SLACK: '' }).channels;
    expect(channel).toMatchObject({ url: { value: null, from: 'SLACK' } });
    const [literal] = alarmsOf({ notify: [slack({ url: 'https://s.test/x' })] }, { SLACK: 'other' }).channels;
    expect(literal).toMatchObject({ url: { value: 'https://s.test/x', from: 'notify[0].url' } });
  });

  it('gives mail the port that its encryption has', () => {
    const mail = { kind: 'email', host: 'mail.test', from: 'a@b.test', to: ['c@d.test'] };
    const notify = ['starttls', 'implicit', 'none'].map((tls) => ({ ...mail, tls, name: tls }));
    expect(alarmsOf({ notify }).channels).toMatchObject([{ port: 587 }, { port: 465 }, { port: 25 }]);
  });

  it('pings the switch of a connection, else that of all', () => {
    const { pings, ping } = alarmsOf(
      { pingFrom: 'ALL', connections: { shop: { pingFrom: 'SHOP' }, other: {} } },
      { ALL: 'https://hc.test/all', SHOP: 'https://hc.test/shop' },
    );
    expect([...pings]).toEqual([['shop', { value: 'https://hc.test/shop', from: 'SHOP' }]]);
    expect(ping).toEqual({ value: 'https://hc.test/all', from: 'ALL' });
  });

  it('takes the address of the console from the variable first, and refuses what is none', () => {
    const environment = { HOLDFAST_URL: 'https://a.test/holdfast/' };
    expect(alarmsOf({ publicUrl: 'https://b.test' }, environment).publicUrl).toBe('https://a.test/holdfast');
    for (const publicUrl of ['a.test', 'javascript:alert(1)', 'https://me:secret@a.test']) {
      expect(() => alarmsOf({ publicUrl })).toThrow(/is no http address(?!.*secret)/);
    }
  });
});
