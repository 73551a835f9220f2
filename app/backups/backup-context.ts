/** What Next.js hands to a route of one backup. */
export interface BackupContext {
  params: Promise<{ connection: string; id: string }>;
}
