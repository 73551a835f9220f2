import type { Action } from '#lib/access/may.ts';

/** One method of one route, and who may call it: the least that is asked, or why nothing is. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** As the folders of `app` spell it. */
  path: string;
  /** A page sends who is not signed in to the sign-in. */
  kind: 'api' | 'page';
  access: { action: Action; also?: string } | { open: string };
}

/** Every door of the web face; a test fails for a route that is not here, and tries each one with each role. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/', kind: 'page', access: { action: 'read' } },
  { method: 'GET', path: '/sign-in', kind: 'page', access: { open: 'the way in' } },
  { method: 'GET', path: '/sign-in/oidc', kind: 'api', access: { open: 'the way in by the identity provider' } },
  { method: 'GET', path: '/sign-in/oidc/callback', kind: 'api', access: { open: 'the way back from it' } },
  { method: 'POST', path: '/sign-out', kind: 'api', access: { open: 'takes the cookie of whoever has one' } },
  { method: 'GET', path: '/api/health/live', kind: 'api', access: { open: 'says only that the process answers' } },
  { method: 'GET', path: '/api/health/ready', kind: 'api', access: { open: 'names no name and no place' } },
  { method: 'GET', path: '/api/metrics', kind: 'api', access: { action: 'see-metrics' } },
  { method: 'GET', path: '/api/health', kind: 'api', access: { open: 'names no name and no place' } },
  { method: 'GET', path: '/api/inngest', kind: 'api', access: { open: 'asks for Inngest’s signature' } },
  { method: 'POST', path: '/api/inngest', kind: 'api', access: { open: 'asks for Inngest’s signature' } },
  { method: 'PUT', path: '/api/inngest', kind: 'api', access: { open: 'asks for Inngest’s signature' } },
  { method: 'POST', path: '/api/v1/session', kind: 'api', access: { open: 'the way in, with a rate limit' } },
  { method: 'GET', path: '/api/v1/session', kind: 'api', access: { action: 'read' } },
  { method: 'DELETE', path: '/api/v1/session', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/api/v1/backups', kind: 'api', access: { action: 'read' } },
  { method: 'POST', path: '/api/v1/backups', kind: 'api', access: { action: 'start-backup' } },
  { method: 'GET', path: '/api/v1/backups/[connection]/[id]', kind: 'api', access: { action: 'read' } },
  { method: 'POST', path: '/api/v1/backups/[connection]/[id]/pin', kind: 'api', access: { action: 'pin' } },
  { method: 'POST', path: '/api/v1/backups/[connection]/[id]/unpin', kind: 'api', access: { action: 'pin' } },
  { method: 'POST', path: '/api/v1/backups/[connection]/[id]/verify', kind: 'api', access: { action: 'verify' } },
  { method: 'GET', path: '/api/v1/backups/[connection]/[id]/export', kind: 'api', access: { action: 'export' } },
  { method: 'GET', path: '/api/v1/backups/[connection]/[id]/formats', kind: 'api', access: { action: 'export' } },
  { method: 'POST', path: '/api/v1/drills', kind: 'api', access: { action: 'drill' } },
  { method: 'GET', path: '/api/v1/status', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/api/v1/connections', kind: 'api', access: { action: 'read' } },
  { method: 'POST', path: '/api/v1/connections/[name]/check', kind: 'api', access: { action: 'start-backup' } },
  { method: 'POST', path: '/api/v1/repository/check', kind: 'api', access: { action: 'settings' } },
  { method: 'POST', path: '/api/v1/prune/preview', kind: 'api', access: { action: 'prune' } },
  { method: 'POST', path: '/api/v1/prune', kind: 'api', access: { action: 'prune' } },
  { method: 'POST', path: '/api/v1/notifications/test', kind: 'api', access: { action: 'settings' } },
  { method: 'GET', path: '/api/v1/runs', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/api/v1/runs/[id]', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/api/v1/runs/[id]/events', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/api/v1/runs/[id]/proof', kind: 'api', access: { action: 'read' } },
  { method: 'POST', path: '/api/v1/runs/[id]/approve', kind: 'api', access: { action: 'approve' } },
  { method: 'POST', path: '/api/v1/runs/[id]/cancel', kind: 'api', access: { action: 'cancel' } },
  { method: 'POST', path: '/api/v1/runs/[id]/rollback', kind: 'api', access: { action: 'rollback' } },
  { method: 'POST', path: '/api/v1/runs/[id]/discard', kind: 'api', access: { action: 'discard' } },
  { method: 'GET', path: '/runs', kind: 'page', access: { action: 'read' } },
  { method: 'GET', path: '/runs/[id]', kind: 'page', access: { action: 'read' } },
  { method: 'GET', path: '/runs/[id]/proof', kind: 'page', access: { action: 'read' } },
  { method: 'GET', path: '/runs/[id]/proof/report', kind: 'api', access: { action: 'read' } },
  { method: 'GET', path: '/runs/[id]/rollback', kind: 'page', access: { action: 'rollback' } },
  {
    ...{ method: 'POST', path: '/api/v1/events', kind: 'api' },
    access: { action: 'start-backup', also: 'each event asks for an action of its own' },
  },
  { method: 'GET', path: '/api/v1/tokens', kind: 'api', access: { action: 'manage-tokens' } },
  { method: 'POST', path: '/api/v1/tokens', kind: 'api', access: { action: 'manage-tokens' } },
  { method: 'DELETE', path: '/api/v1/tokens/[id]', kind: 'api', access: { action: 'manage-tokens' } },
  { method: 'GET', path: '/api/v1/audit', kind: 'api', access: { action: 'see-audit' } },
];
