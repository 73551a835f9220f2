/** The formats of an export, as a person names them. */
export const exportFormats = ['sql', 'custom', 'csv', 'json', 'directory'] as const;

export type ExportFormat = (typeof exportFormats)[number];
