import type { NextConfig } from 'next';

/**
 * pg_dump as WebAssembly: `lib/schema/start-pg-dump-worker.ts` finds it by name when it runs, in a thread of its own,
 * where no bundler can follow. Its package imports nothing else.
 */
const pgDump = './node_modules/@electric-sql/pglite-tools/{package.json,dist/*.js,dist/*.wasm}';

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `forbidden()`: a page answers who may not see it with 403.
  experimental: { authInterrupts: true },
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
  // What looks for programs and configs at run time makes the tracer take the whole project for needed.
  outputFileTracingExcludes: { '/*': ['./tests/**/*', './bench/**/*', './demo/**/*', './docs/**/*'] },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        // Not 'no-referrer': with it browsers send forms with `Origin: null`, and no form would pass as our own.
        { key: 'Referrer-Policy', value: 'same-origin' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
        { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
        { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
      ],
    },
    {
      // Pages have a policy with a nonce, which proxy.ts makes for each request.
      source: '/api/:path*',
      headers: [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
  ],
};
export default config;
