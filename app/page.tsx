import { checkHealth } from '#app/health/check-health.ts';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';

/** What is safe to show to everybody: that it is Holdfast, and whether it can work. */
export default async function HomePage() {
  const { ready, version, engine, checks } = await checkHealth();
  return (
    <main>
      <h1>Holdfast</h1>
      <p className="lead">Durable PostgreSQL backups, proven by restoring them.</p>
      <dl className="health">
        <dt>Service</dt>
        <dd className={ready ? 'good' : 'bad'}>{ready ? 'ready' : 'not ready'}</dd>
        {checks.map(({ name, passed, code }) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd className={passed ? 'good' : 'bad'}>{passed ? (name === 'engine' ? engine : 'ok') : code}</dd>
          </div>
        ))}
        <dt>Version</dt>
        <dd>{version}</dd>
      </dl>
      <p>
        <a href="/api/health">Health as JSON</a> · the guides are in the folder <code>docs</code> of the source.
      </p>
    </main>
  );
}
