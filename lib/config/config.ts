import type { CriticalQuery } from './config-schema.ts';
import type { ExtraFormats } from './extra-formats.ts';
import type { Access } from './resolve-access.ts';
import type { Alarms } from './resolve-alarms.ts';
import type { Hook } from './resolve-hooks.ts';
import type { Retention } from './retention.ts';
import type { S3Settings } from './s3-settings.ts';

/** A named database of the config. `url` is a secret: it goes into no event, step, log, report or error. */
export interface Connection {
  name: string;
  url: string;
  protected: boolean;
  /** `undefined`: none given, Holdfast derives some from the catalogue. */
  criticalQueries: readonly CriticalQuery[] | undefined;
  excludeSchemas: readonly string[];
  /** How the server is reached: by TCP, or by WebSocket through Neon's proxy; `auto` goes by host and runtime. */
  driver: Driver;
  /** The URL of the WebSocket proxy in front of the server (`wss://proxy.example.com/v1`); `null`: Neon's own. */
  wsProxy: string | null;
  /** The Neon project and branch the database lives on, where the person has named them. */
  neon: NeonHome | null;
}

export type Driver = 'auto' | 'tcp' | 'websocket';

/** `branch` is a branch's id or name; `null`: the one that the host of the URL leads to. */
export interface NeonHome {
  project: string;
  branch: string | null;
}

/** A workflow that a connection asks for by itself. */
export interface Schedule {
  kind: 'backup' | 'drill' | 'verify';
  /** As Inngest writes it: `TZ=Europe/Berlin 0 2 * * *`. */
  cron: string;
  /** The most that a tick is put off by. */
  jitterMs: number;
}

/** What is promised of a connection's backups, and what is done for it without being asked. */
export interface Care {
  /** How old the newest good backup may be; `null`: nothing is promised. */
  rpoMs: number | null;
  /** How long a drill's recovery may take; `null`: nothing is promised. */
  rtoMs: number | null;
  /** How old the last proof may be, where something is promised. */
  proveWithinMs: number;
  schedules: readonly Schedule[];
  /** The connection beside whose database drills restore; `null`: on a server that is started for them. */
  drillOn: string | null;
}

/** The config after defaults and environment: what the house works with. */
export interface Config {
  connections: ReadonlyMap<string, Connection>;
  /** Of every connection that is named, also of one that this machine has no URL for. */
  care: ReadonlyMap<string, Care>;
  repository: string;
  /** How an `s3://` repository is reached; what is absent the AWS SDK finds by its own rules. */
  s3: S3Settings;
  /** What the repository is sealed under, as written; `key` null: not encrypted. Secrets. */
  encryption: { key: string | null; oldKeys: readonly string[] };
  codec: 'zstd' | 'gzip';
  lanes: number;
  stepBudgetMs: number;
  lockTimeoutMs: number;
  retryDelayMs: number;
  pgDump: 'auto' | 'native' | 'wasm';
  proof: 'content' | 'counts';
  stateFolder: string;
  /** How long a database that was put aside by a cut-over is kept. */
  keepPreviousMs: number;
  /** After how long without a sign of life a run counts as dead, and what it has left is taken away. */
  deadAfterMs: number;
  /** Which backups are kept. */
  retention: Retention;
  /** Formats that are stored beside each backup. */
  formats: ExtraFormats;
  /** How long a chunk that no backup names stays before it is swept. */
  sweepGraceMs: number;
  /** How long the record of a run that has ended is kept. */
  keepRunsMs: number;
  /** How long a run that asks for approval waits for it. */
  approvalTimeoutMs: number;
  /** Who may come in, and how. */
  access: Access;
  /** Neon's API; without a key nothing of it is used. `key` is a secret. */
  neonApi: { key: string | null; url: string };
  alarms: Alarms;
  /** By name. */
  hooks: ReadonlyMap<string, Hook>;
}
