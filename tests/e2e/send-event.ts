import { expect } from 'vitest';
import { z } from 'zod';
import type { AppServer } from './app-server.ts';

/** Sends an event to the app, which takes it; answers its id. */
export async function sendEvent(app: AppServer, event: { name: string; data: object }): Promise<string> {
  const { status, json } = await app.call('/api/v1/events', event);
  expect(status).toBe(202);
  const [id = ''] = z.object({ ids: z.array(z.string()) }).parse(json).ids;
  return id;
}
