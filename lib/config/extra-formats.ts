import { z } from 'zod';

/** Formats that can be stored beside a backup's manifest, for who wants to read it without Holdfast. */
export const extraFormatSchema = z.enum(['sql', 'custom', 'csv', 'json']);

export type ExtraFormat = z.infer<typeof extraFormatSchema>;

/** Which formats are stored beside the backups of a connection. */
export interface ExtraFormats {
  of(connection: string): readonly ExtraFormat[];
}
