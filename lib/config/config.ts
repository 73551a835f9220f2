import type { CriticalQuery } from './config-schema.ts';

/** A named database of the config. `url` is a secret: it goes into no event, step, log, report or error. */
export interface Connection {
  name: string;
  url: string;
  protected: boolean;
  /** `undefined`: none given, Holdfast derives some from the catalogue. */
  criticalQueries: readonly CriticalQuery[] | undefined;
  excludeSchemas: readonly string[];
}

/** The config after defaults and environment: what the house works with. */
export interface Config {
  connections: ReadonlyMap<string, Connection>;
  repository: string;
  /** Where an `s3://` repository is reached; what is absent the AWS SDK finds by its own rules. */
  s3: { endpoint?: string; region?: string };
  codec: 'zstd' | 'gzip';
  lanes: number;
  stepBudgetMs: number;
  lockTimeoutMs: number;
  retryDelayMs: number;
  pgDump: 'auto' | 'native' | 'wasm';
  proof: 'content' | 'counts';
  stateFolder: string;
}
