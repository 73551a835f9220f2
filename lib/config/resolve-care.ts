import { UsageError } from '#lib/errors/usage-error.ts';
import type { Care, Schedule } from './config.ts';
import { type ParsedConfig, scheduledKinds } from './config-schema.ts';
import { parseDuration } from './parse-duration.ts';

type WrittenConnection = ParsedConfig['connections'][string];

/**
 * Of a connection of which nothing is written. A proof may be a week old, from drill to drill, and a day, for a drill
 * that comes late.
 */
export const bareCare: Care = { rpoMs: null, rtoMs: null, proveWithinMs: 8 * 86_400_000, schedules: [], drillOn: null };

/**
 * The care for every connection that the config or the environment names.
 * @throws UsageError that names the field: a duration that does not parse, a drill on an unknown connection.
 */
export function resolveCare({ connections }: ParsedConfig, named: Iterable<string>): Map<string, Care> {
  const names = new Set([...named, ...Object.keys(connections)]);
  return new Map(
    [...names].map((name): [string, Care] => {
      const written = connections[name];
      if (written === undefined) return [name, bareCare];
      const on = written.drill?.on;
      if (on !== undefined && !names.has(on)) {
        throw new UsageError(`connections.${name}.drill.on names "${on}", and there is no such connection.`, {
          code: 'bad_config',
          hint: 'Name a connection whose server may hold a scratch database, or leave `drill` out.',
        });
      }
      return [name, resolveOne(name, written)];
    }),
  );
}

function resolveOne(name: string, { rpo, rto, proveWithin, schedule, drill }: WrittenConnection): Care {
  const duration = (text: string | undefined, field: string): number | null =>
    text === undefined ? null : parseDuration(text, `connections.${name}.${field}`);
  const schedules = scheduledKinds.flatMap((kind): Schedule[] => {
    const cron = schedule?.[kind];
    if (schedule === undefined || cron === undefined) return [];
    const jitterMs = parseDuration(schedule.jitter, `connections.${name}.schedule.jitter`);
    return [{ kind, cron: `TZ=${schedule.timezone} ${cron.trim()}`, jitterMs }];
  });
  return {
    rpoMs: duration(rpo, 'rpo'),
    rtoMs: duration(rto, 'rto'),
    proveWithinMs: parseDuration(proveWithin, `connections.${name}.proveWithin`),
    schedules,
    drillOn: drill?.on ?? null,
  };
}
