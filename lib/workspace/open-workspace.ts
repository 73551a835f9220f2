import type { Config, Connection } from '#lib/config/config.ts';
import { loadConfig } from '#lib/config/load-config.ts';
import { processState } from '#lib/process/process-state.ts';
import { openRepository } from '#lib/repository/open-repository.ts';
import type { Repository } from '#lib/repository/repository.ts';
import { listScratchConnections } from '#lib/scratch/scratch-connection.ts';
import { emptyStandings, type KeptStandings, keepStandings } from '#lib/standing/kept-standings.ts';

/** What every step, command and page starts from. */
export interface Workspace {
  config: Config;
  repository: Repository;
}

let opened: { place: string; repository: Promise<Repository> } | undefined;

/**
 * The config as it is now, and the repository it names, opened once a process. With `create` an empty place becomes a
 * repository.
 */
export async function openWorkspace(options: { create?: boolean } = {}): Promise<Workspace> {
  const config = withScratchServers(await loadConfig(), await listScratchConnections());
  const { key, oldKeys } = config.encryption;
  const place = JSON.stringify([config.repository, key, ...oldKeys]);
  if (opened?.place !== place) {
    const opening = openRepository({
      location: config.repository,
      access: options.create ? 'write' : 'read',
      codec: config.codec,
      encryption: config.encryption,
      s3: config.s3,
    });
    const repository = opening.then((repository) => keepStandings(repository, findMemory(config.repository)));
    opened = { place, repository };
    // The caller below is told; the next one opens it anew.
    repository.catch(() => {
      opened = undefined;
    });
  }
  return { config, repository: await opened.repository };
}

/** What this process has listed of a place. */
function findMemory(location: string): KeptStandings {
  const memories = processState('standings', () => new Map<string, KeptStandings>());
  const memory = memories.get(location) ?? emptyStandings();
  memories.set(location, memory);
  return memory;
}

/** Servers that were started for drills on this machine are connections as long as they are there. */
function withScratchServers(config: Config, servers: readonly Connection[]): Config {
  if (servers.length === 0) return config;
  const scratch = servers.map((server) => [server.name, server] as const);
  return { ...config, connections: new Map([...config.connections, ...scratch]) };
}
