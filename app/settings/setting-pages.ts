import type { Action } from '#lib/access/may.ts';

/** The pages of the settings, and what each asks for. */
export const settingPages = [
  { title: 'Connections', href: '/settings', action: 'read' },
  { title: 'Schedules', href: '/settings/schedules', action: 'read' },
  { title: 'Retention', href: '/settings/retention', action: 'read' },
  { title: 'Repository', href: '/settings/repository', action: 'settings' },
  { title: 'Notifications', href: '/settings/notifications', action: 'settings' },
  { title: 'Hooks', href: '/settings/hooks', action: 'read' },
  { title: 'Access', href: '/settings/access', action: 'read' },
  { title: 'Tokens', href: '/settings/tokens', action: 'manage-tokens' },
  { title: 'Audit log', href: '/settings/audit', action: 'see-audit' },
  { title: 'API', href: '/api-docs', action: 'read' },
] as const satisfies readonly { title: string; href: string; action: Action }[];

export type SettingPath = (typeof settingPages)[number]['href'];
