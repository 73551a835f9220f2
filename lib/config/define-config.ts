import type { UserConfig } from './config-schema.ts';

/** Gives `holdfast.config.ts` its types; parsing happens when the config is loaded. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}
