import { loadedObjects } from '../../../core/forecast/loaded-objects';
import { type RunWork, runUsage } from '../../../core/forecast/run-usage';
import { usageOf } from '../../../core/forecast/usage-sum';
import { readManifest } from '../../../core/run/verify/manifest';
import { aDataset, byNextCursor } from '../../support/source-fixture';
import { playHealthyRun } from './healthy-run';

const grid = aDataset();
const lookedAt = aDataset({ verification: { looks: 3, ifShort: 'refuse', tolerance: 0, maxShrink: 0.5 } });
const chain = aDataset({ pagination: byNextCursor });

describe('runUsage counts the calls to S3 that a run makes', () => {
  test.each([
    { what: 'a grid', dataset: grid, pages: 40, between: 5, work: {} },
    {
      what: 'a grid without raw bodies',
      dataset: { ...grid, keepRaw: false },
      pages: 40,
      between: 5,
      work: { raw: 0 },
    },
    { what: 'a larger grid', dataset: grid, pages: 80, between: 5, work: {} },
    // Three passes: it is looked at again in a pass that plans that, one in between, and the last.
    {
      what: 'a grid that is looked at again',
      dataset: lookedAt,
      pages: 80,
      between: 10,
      work: { looks: [16] },
    },
    { what: 'a chain', dataset: chain, pages: 40, between: 5, work: { begun: 1, successors: 19 } },
    { what: 'a longer chain', dataset: chain, pages: 80, between: 5, work: { begun: 1, successors: 39 } },
    // 80 passes, one a minute.
    { what: 'a run of more than an hour', dataset: grid, pages: 400, between: 1, work: {} },
  ])('$what', async ({ dataset, pages, between, work }) => {
    const { calls, ranges, reconciles, lake, last } = await playHealthyRun(dataset, { pages, between });
    expect(last).toMatchObject({ state: 'published', records: pages * 100 });
    const done: RunWork = {
      ...{ ranges, successors: 0, begun: 0, looks: [], bytesReceived: 33, fetchSeconds: 1 },
      ...{
        seconds: (reconciles - 1) * 60,
        raw: ranges,
        replayed: 0,
        documents: 0,
        documentsRead: 0,
        keyReads: 0,
      },
      ...{ secrets: 0, lanes: 2, bytesStored: 7, ...work },
    };
    expect(calls).toEqual(runUsage(done).s3);

    // The receipts of what it loaded tell the same.
    const manifest = last?.state === 'published' ? await readManifest(lake, last) : undefined;
    if (!manifest) throw new Error('a published run has a manifest');
    const told = await usageOf(manifest, loadedObjects(manifest, lake));
    expect(told.s3).toEqual(calls);
    expect(told.lambda).toMatchObject({
      worker: { invocations: ranges },
      reconcile: { invocations: reconciles },
    });
  });
});
