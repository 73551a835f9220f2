import { zooTemplate } from '#tests/fixtures/zoo/zoo-template.ts';
import { type CliPlace, openCliPlace } from './cli-place.ts';
import { createDatabase, type TestDatabase } from './test-database.ts';

/** The command line with a backup of the zoo. */
export interface ZooPlace extends AsyncDisposable {
  place: CliPlace;
  source: TestDatabase;
  /** The id of the backup. */
  backup: string;
}

export async function openZooPlace(): Promise<ZooPlace> {
  await using opening = new AsyncDisposableStack();
  const source = opening.use(await createDatabase({ cluster: 'source', template: await zooTemplate() }));
  const place = opening.use(await openCliPlace({ DATABASE_URL: source.url }));
  const backup: string = (await place.runJson(['backup'])).outcome.backup;
  const opened = opening.move();
  return { place, source, backup, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
