import { defineConfig } from '#lib/config/define-config.ts';
import { criticalQueries } from './critical-queries.ts';

// DATABASE_URL (the connection `production`) and NEON_DATABASE_URL (`neon`) name the demo's two servers.
export default defineConfig({
  connections: {
    production: {
      urlFrom: 'DATABASE_URL',
      criticalQueries: [...criticalQueries],
      rpo: '26h',
      rto: '10m',
      // A daily backup and a weekly drill, by a server (`npm start`): a process of the command line starts nothing by itself.
      schedule: { backup: '15 3 * * *', drill: '30 4 * * 0', timezone: 'Europe/Berlin', jitter: '10m' },
    },
  },
});
