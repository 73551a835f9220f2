import { expect, it } from 'vitest';
import { workflowSteps } from '#inngest/run-step.ts';
import { overrideEnvironment } from '#lib/config/environment.ts';
import { findAtWork } from '#lib/run-view/find-at-work.ts';
import { readPulse } from '#lib/run-view/read-pulse.ts';
import { readRunView } from '#lib/run-view/read-run-view.ts';
import { reportProgress } from '#lib/runs/progress-reporter.ts';
import type { Progress, StepRecord } from '#lib/runs/run-record.ts';
import { readProgress } from '#lib/runs/run-store.ts';
import { makeRunPlace } from '#tests/support/run-place.ts';

const at = (second: number): string => `2026-11-21T00:00:0${second}.000Z`;
const counts = { rows: 0, bytes: 0, items: 0, totalBytes: 100, totalItems: 4 };
const lane = (n: string, slug: string, startedAt: string): Progress => ({
  ...{ lane: slug, phase: 'copy rows', ...counts, updatedAt: at(9), step: { n, slug, startedAt } },
});
const record = (n: string, slug: string, endedAt: string): StepRecord => ({
  ...{ n, slug },
  attempts: [{ attempt: 0, startedAt: at(0), endedAt, outcome: 'failed', waitedMs: 0, error: null }],
});

it('a step is at work from its beginning until an ending is written down', () => {
  const copy = lane('06.002', 'copy-4', at(2));
  expect(findAtWork([copy], [])).toEqual([{ n: '06.002', slug: 'copy-4', startedAt: at(2) }]);
  expect(findAtWork([copy], [record('06.002', 'copy-4', at(3))])).toEqual([]);
  // That was the attempt before, and that another step.
  expect(findAtWork([copy], [record('06.002', 'copy-4', at(1))])).toHaveLength(1);
  expect(findAtWork([copy], [record('06.002', 'copy-0', at(3)), record('06.001', 'copy-4', at(3))])).toHaveLength(1);
  expect(findAtWork([lane('10', 'b', at(1)), lane('9', 'a', at(1))], []).map(({ n }) => n)).toEqual(['9', '10']);
  const { step: _none, ...older } = copy;
  expect(findAtWork([older], [])).toEqual([]);
});

it('is seen in a run as soon as its work begins, and no more when the step has ended', async () => {
  await using place = await makeRunPlace();
  const { repository } = place;
  overrideEnvironment({ HOLDFAST_REPOSITORY: repository.location });
  const event = { ts: Date.parse(at(0)) };
  const context = {
    event,
    runId: 'engine',
    attempt: 0,
    step: { run: async (_: string, work: () => unknown) => work() },
  };
  try {
    // The part of an engine that hands a step its work.
    const steps = workflowSteps(context as unknown as Parameters<typeof workflowSteps>[0]);
    const { id } = await place.open(1, { id: steps.runId });
    const look = async () => {
      const view = await readRunView(repository, { runId: id, interrupted: new Set() });
      return {
        atWork: view.atWork.map(({ n, slug }) => `${n} ${slug}`),
        shape: (await readPulse(repository, id)).shape,
      };
    };
    const before = await look();
    const during = await steps.run('copy', async () => {
      const progress = reportProgress(repository, id, { lane: 'copy-0', phase: 'copy rows', ...counts });
      await expect.poll(() => readProgress(repository, id)).toHaveLength(1);
      const seen = await look();
      await progress.flush();
      return seen;
    });
    expect(before.atWork).toEqual([]);
    expect(during.atWork).toEqual(['01 copy']);
    expect(during.shape).not.toBe(before.shape);
    expect((await look()).atWork).toEqual([]);
  } finally {
    overrideEnvironment({});
  }
});
