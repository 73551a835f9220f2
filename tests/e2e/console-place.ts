import type { Browser, BrowserContextOptions } from 'playwright-core';
import { type AppPlace, type AppPlaceOptions, openAppPlace } from './app-place.ts';
import { token } from './app-server.ts';
import { openBrowser, openPage, signIn, type WatchedPage } from './browser.ts';

/** A place whose app is looked at in a browser. */
export interface ConsolePlace extends AppPlace {
  browser: Browser;
  /** A page of a context of its own, signed in by a token: by the one of the environment where none is given. */
  openConsole(options?: BrowserContextOptions & { token?: string }): Promise<WatchedPage>;
}

export async function openConsolePlace(options: AppPlaceOptions): Promise<ConsolePlace> {
  await using opening = new AsyncDisposableStack();
  const place = opening.use(await openAppPlace(options));
  const browser = await openBrowser();
  opening.defer(() => browser.close());
  const opened = opening.move();
  return {
    ...place,
    browser,
    async openConsole({ token: its = token, ...context } = {}) {
      const watched = await openPage(browser, context);
      await signIn(watched.page, { url: place.app.url, token: its });
      return watched;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
