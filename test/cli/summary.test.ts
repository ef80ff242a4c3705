import { claim, summaryFacts, summaryLines } from '../../cli/summary';
import { Tally } from '../../cli/tally';
import type { Manifest } from '../../core/run/manifest';
import { aPlan } from '../core/run/run-fixture';
import { aDataset, aSource } from '../support/source-fixture';

function linesOf(total: number | undefined): Map<string, string> {
  const counts = {
    ranges: 4,
    pages: 10,
    requests: 10,
    received: 950,
    staged: 950,
    quarantined: 0,
    filtered: 0,
  };
  const { source, dataset, runId, definition, watermark } = aPlan();
  const manifest: Manifest = {
    ...{
      version: 1,
      source,
      dataset,
      runId,
      definition,
      watermark,
      subset: false,
      problems: [],
      objects: [],
    },
    ...(total === undefined ? {} : { total }),
    counts: { ...counts, bytesReceived: 1, bytesStaged: 1 },
  };
  const complete = { state: 'complete', plan: aPlan(), manifest, startedAt: new Date(), seconds: 5 } as const;
  const context = { source: aSource(), dataset: aDataset(), tally: new Tally() };
  return new Map(summaryLines(summaryFacts(complete, context, '/lake')));
}

test('records are compared with what the source says there are', () => {
  expect(linesOf(950).get('records')).toBe('950 of 950');
});

test('a source that does not say is not said to have said so', () => {
  expect(linesOf(undefined).get('records')).toBe('950; the source gives no total');
});

test('a run is called complete only where there was a total to hold it against', () => {
  expect(claim({ total: 0 })).toBe('complete and verified');
  expect(claim({})).toMatch(/^every page that the source named, no key twice; it gives no total/);
});
