/** What a person has chosen; `system` follows the device. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The cookie that keeps the choice. It says nothing about the person and is read by the server to render without a flash. */
export const themeCookie = 'holdfast-theme';

/** Reads a cookie's value; whatever is not a theme is `system`. */
export function parseTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}
