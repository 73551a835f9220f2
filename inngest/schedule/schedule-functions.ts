import { cron, type InngestFunction } from 'inngest';
import { sendLogged } from '#inngest/audit/send-logged.ts';
import { inngest } from '#inngest/client.ts';
import { backupRequested, drillRequested, runSkipped, verifyRequested } from '#inngest/events.ts';
import { failedEnding, tellOutcome } from '#inngest/finish-run.ts';
import { plainSteps } from '#inngest/run-step.ts';
import { laneOptions } from '#inngest/workflow-options.ts';
import type { Config, Schedule } from '#lib/config/config.ts';
import { deriveRunId } from '#lib/runs/run-id.ts';
import { delayTick } from './delay-tick.ts';
import { skipOverlap } from './skip-overlap.ts';

/**
 * One cron function for each schedule of the config, `schedule-backup-production`: it asks for the run by its event, and
 * where one of its kind and connection is still under way it skips, and says so. An engine that is told of the functions
 * again (every deploy) knows a changed schedule.
 */
export function scheduleFunctions(care: Config['care']): InngestFunction.Any[] {
  return [...care].flatMap(([connection, { schedules }]) =>
    schedules.map((schedule) => scheduleFunction(connection, schedule)),
  );
}

function scheduleFunction(connection: string, { kind, cron: expression, jitterMs }: Schedule): InngestFunction.Any {
  return inngest.createFunction(
    { id: `schedule-${kind}-${connection}`, ...laneOptions, triggers: [cron(expression)] },
    async (context) => {
      const { event, step } = context;
      // Where an engine does not tell when its tick was, it is now.
      const tick = event.ts || (await step.run('tick', () => Date.now()));
      const delay = delayTick({ connection, kind, tick, jitterMs });
      if (delay > 0) await step.sleepUntil('jitter', new Date(tick + delay));

      const skipped = await plainSteps(context)
        .run('look', (workspace) => skipOverlap(workspace, { kind, connection, context, tick }))
        // A repository that cannot be looked at is told below, or by the run: silence would be worse than two runs.
        .catch(() => null);
      // The engine's run is the tick's own, so that a second attempt sends the same event.
      const id = `schedule.${context.runId}`;
      if (skipped !== null) {
        await step.sendEvent('tell-skipped', { name: runSkipped.name, data: skipped, id });
        return { skipped: skipped.run };
      }
      const who = { kind: 'schedule', id: `${kind}-${connection}`, name: `schedule ${kind} of ${connection}` } as const;
      const request = { slug: 'request', who, event: { ...requestOf(kind, connection), id } };
      await sendLogged(context, request).catch(async (cause: unknown) => {
        // What cannot be logged is not begun. There is no run then to tell so.
        const run = deriveRunId(tick, context.runId);
        const { status, exitCode, message } = failedEnding(cause);
        const about = { run, kind, connection, target: null, backup: null };
        await tellOutcome(step, { ...about, status, exitCode, message: `Not begun: ${message}` });
        throw cause;
      });
      return { requested: kind, connection };
    },
  );
}

function requestOf(kind: Schedule['kind'], connection: string): { name: string; data: object } {
  switch (kind) {
    case 'backup':
      return { name: backupRequested.name, data: { connection } };
    case 'drill':
      return { name: drillRequested.name, data: { connection } };
    case 'verify':
      return { name: verifyRequested.name, data: { backup: 'latest', from: connection } };
  }
}
