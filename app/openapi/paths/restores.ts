import { z } from 'zod';
import type { Operations } from '#app/openapi/operation.ts';
import { checkSchema, idempotencyHeaders, startedSchema } from '#app/openapi/schemas.ts';
import { recoveryBody } from '#app/recovery/start-recovery.ts';
import { restoreBody } from '#app/restore/start-restore.ts';
import { transferBody } from '#app/transfer/start-transfer.ts';

const started = { 202: { description: 'The run.', schema: startedSchema } };
const refused = { 409: 'A check did not pass, a name is to be confirmed, or the key was used for another request.' };

/** What brings data into a database. */
export const restoreOperations: Operations = {
  'POST /api/v1/restores': {
    summary: 'Restore a backup, prove the copy, let it go live',
    headers: idempotencyHeaders,
    body: { schema: restoreBody, example: { backup: 'latest', from: 'production', to: 'neon', requireApproval: true } },
    answers: started,
    problems: refused,
  },
  'POST /api/v1/restores/preflight': {
    summary: 'What a restore would meet, without beginning it',
    body: { schema: restoreBody, example: { backup: 'latest', from: 'production', to: 'neon' } },
    answers: {
      200: {
        description: 'With `problems` it would be refused; with `consent` it wants `confirm`.',
        schema: z.looseObject({ checks: z.array(checkSchema), problems: z.array(z.unknown()) }),
      },
    },
  },
  'POST /api/v1/transfers': {
    summary: 'Back up, restore, prove and cut over, as one run',
    headers: idempotencyHeaders,
    body: { schema: transferBody, example: { from: 'production', to: 'neon', fence: true } },
    answers: started,
    problems: refused,
  },
  'POST /api/v1/recoveries': {
    summary: 'Recover tables of a backup beside the live ones',
    headers: idempotencyHeaders,
    body: {
      schema: recoveryBody,
      example: { backup: 'latest', to: 'production', tables: ['orders'], schema: 'rescue' },
    },
    answers: started,
    problems: refused,
  },
};
