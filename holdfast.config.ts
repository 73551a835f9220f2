import { defineConfig } from '#lib/config/define-config.ts';

// With DATABASE_URL (production) and NEON_DATABASE_URL (neon) set, nothing needs to be written here.
export default defineConfig({});
