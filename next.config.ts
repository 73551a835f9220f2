import type { NextConfig } from 'next';

/**
 * pg_dump as WebAssembly: `lib/schema/start-pg-dump-worker.ts` finds it by name when it runs, in a thread of its own,
 * where no bundler can follow. Its package imports nothing else.
 */
const pgDump = './node_modules/@electric-sql/pglite-tools/{package.json,dist/*.js,dist/*.wasm}';

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run types` checks the whole project, tests and benchmarks too; a deployment does not wait for it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    'pg',
    'ws',
    '@neondatabase/serverless',
    '@electric-sql/pglite-tools',
    'nodemailer',
    'prom-client',
  ],
  outputFileTracingIncludes: { '/api/inngest': [pgDump] },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'no-referrer' },
        { key: 'Content-Security-Policy', value: "frame-ancestors 'none'; base-uri 'none'; form-action 'self'" },
      ],
    },
  ],
};
export default config;
