import { readScratchRecord } from './scratch-record.ts';
import { type ScratchRequest, scratchDirectory } from './start-scratch-server.ts';
import { removeScratch } from './sweep-scratch.ts';

/** Ends the scratch server of an id and removes its files. Nothing to do where there is none. Safe to run twice. */
export async function stopScratchServer(request: Pick<ScratchRequest, 'id' | 'folder'>): Promise<void> {
  const directory = scratchDirectory(request);
  await removeScratch(directory, await readScratchRecord(directory));
}
