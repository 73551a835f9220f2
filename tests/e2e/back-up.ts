import { expect } from 'vitest';
import { z } from 'zod';
import type { AppPlace } from './app-place.ts';
import { waitForResult } from './run-of-event.ts';
import { sendEvent } from './send-event.ts';

/** Lets the app back a connection up; answers the id of the backup. */
export async function backUp(place: AppPlace, connection: string): Promise<string> {
  const event = await sendEvent(place.app, { name: 'holdfast/backup.requested', data: { connection } });
  const result = await waitForResult(await place.openRepository(), event);
  expect(result).toMatchObject({ status: 'completed', error: null });
  return z.object({ backup: z.string() }).parse(result.outcome).backup;
}
