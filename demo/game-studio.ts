import { rowsSql, studioSize } from './game-studio-rows.ts';
import { afterRowsSql, tablesSql } from './game-studio-schema.ts';

/** All that is needed of a connection. */
export interface SqlSession {
  query(sql: string): Promise<unknown>;
}

/**
 * Fills an empty database with a game studio's data, inside the server: at scale 1 more than 200,000 rows in ten
 * tables. The same seed and scale give the same rows everywhere. The session's search_path must begin with the schema
 * to fill.
 */
export async function createGameStudio(session: SqlSession, options: { seed: number; scale: number }): Promise<void> {
  await session.query(tablesSql);
  for (const statement of rowsSql(options.seed, studioSize(options.scale))) await session.query(statement);
  await session.query(afterRowsSql);
  await session.query('analyze');
}
