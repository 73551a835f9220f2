import type { z } from 'zod';
import { UsageError } from '#lib/errors/usage-error.ts';
import type { ParsedConfig } from './config-schema.ts';
import { parseDuration } from './parse-duration.ts';
import type { Retention, RetentionRules } from './retention.ts';
import type { retentionSchema } from './retention-schema.ts';

/**
 * The rules of the config: those of a connection, else those of all. A connection needs no URL on this machine for it.
 * @throws UsageError where `keepWithin` is no duration, or none at all.
 */
export function resolveRetention(config: Pick<ParsedConfig, 'connections' | 'retention'>): Retention {
  const named = new Map<string, RetentionRules | null>();
  for (const [name, { retention, schedule }] of Object.entries(config.connections)) {
    const rules = retention === undefined ? config.retention : retention;
    const where = retention === undefined ? 'retention' : `connections.${name}.retention`;
    named.set(name, rules ? toRules(rules, { where, timezone: schedule?.timezone ?? 'UTC' }) : null);
  }
  const general = config.retention ? toRules(config.retention, { where: 'retention', timezone: 'UTC' }) : null;
  return {
    of(connection) {
      const rules = named.get(connection);
      return rules === undefined ? general : rules;
    },
  };
}

function toRules(
  { keepWithin, ...counts }: z.output<typeof retentionSchema>,
  { where, timezone }: { where: string; timezone: string },
): RetentionRules {
  const keepWithinMs = keepWithin === undefined ? 0 : parseDuration(keepWithin, `${where}.keepWithin`);
  if (keepWithinMs > 0 || Object.values(counts).some((count) => count > 0))
    return { ...counts, keepWithinMs, timezone };
  throw new UsageError(`${where} keeps no backup: keepWithin is ${keepWithin}, and nothing else is said.`, {
    code: 'bad_config',
    hint: 'Say what to keep, or leave retention out to keep all.',
  });
}
