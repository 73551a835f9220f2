import { z } from 'zod';

/** The event that starts a run, before it has an id and a time. */
export interface WorkflowRequest {
  event: { name: string; data: Record<string, unknown> };
  /** The connections the run will use. */
  connections: readonly string[];
  /** What the run does, for people: `backup of production`. */
  title: string;
}

/**
 * What the CLI keeps with the event in a journal, so that `resume` in another shell drives the run with the same
 * repository and config. Holds no secret.
 */
export const resumeNoteSchema = z.object({
  repository: z.string(),
  config: z.string().nullable(),
  connections: z.array(z.string()),
  title: z.string(),
});
export type ResumeNote = z.infer<typeof resumeNoteSchema>;
