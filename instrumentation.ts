/** Next.js calls this once when a server starts, before it takes requests; never while it builds. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: the bundler puts the runtime's name in the place of these very words, which keeps Node's modules out of what it makes for the edge.
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { embedRunner } = await import('#inngest/local/embed-runner.ts');
  await embedRunner();
  const { openDoors } = await import('#app/access/open-doors.ts');
  await openDoors();
  const [{ openWorkspace }, { keepListing }] = await Promise.all([
    import('#lib/workspace/open-workspace.ts'),
    import('#lib/standing/kept-standings.ts'),
  ]);
  keepListing(async () => (await openWorkspace()).repository).catch(console.error);
}
