import { defineConfig } from '#lib/config/define-config.ts';
import { criticalQueries } from './critical-queries.ts';

// DATABASE_URL (the connection `production`) and NEON_DATABASE_URL (`neon`) name the demo's two servers.
export default defineConfig({
  connections: {
    production: { urlFrom: 'DATABASE_URL', criticalQueries: [...criticalQueries] },
  },
});
