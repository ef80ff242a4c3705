import fc from 'fast-check';
import { tableSchema } from '../../../core/plan/plan';
import {
  claimKey,
  expectedKey,
  manifestKey,
  nextKey,
  observationsKey,
  openRuns,
  planKey,
  pointerKey,
  quarantineKey,
  rawKey,
  rawPagesKey,
  type StagedRun,
  stageKey,
  stagePrefix,
} from '../../../core/run/keys';
import { aRun } from './run-fixture';

// Few and alike, with the dashes and digits that keys are made of, so that two meanings of one key would show.
const name = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,3}$/),
  fc.constantFrom('all', 'all-00000000', 'a-00000001', '00000000', 'run', 'plan'),
);
const extension = fc.constantFrom(...tableSchema.shape.extension.options);
const run: fc.Arbitrary<StagedRun> = fc.record({ source: name, dataset: name, runId: name, extension });
const range = fc.record({ slice: name, index: fc.nat(3) });
const attempt = fc.stringMatching(/^[0-9a-f]{8}$/);
const parquetRun: StagedRun = { ...aRun, extension: 'parquet' };
const unsafe = fc
  .oneof(
    fc.constantFrom('', '.', '..', '../x', 'a/b', 'A', 'a b', 'a\n', '-a', 'é', 'a.b', 'a_b', '%2e'),
    fc.string(),
  )
  .filter((text) => !/^[a-z0-9][a-z0-9-]*$/.test(text));

/** Any key, beside what it stands for. */
const meaning = fc
  .record({
    run,
    range,
    attempt,
    kind: fc.constantFrom(
      ...[
        'claim',
        'pointer',
        'expected',
        'plan',
        'manifest',
        'stage',
        'raw',
        'pages',
        'quarantine',
        'next',
        'observations',
      ],
    ),
  })
  .map(({ run, range, attempt, kind }) => {
    const { source, dataset, runId } = run;
    const { slice, index } = range;
    const perRange = [kind, source, dataset, runId, slice, index];
    switch (kind) {
      case 'claim':
        return { key: claimKey(run), means: [kind, source, dataset] };
      case 'pointer':
        return { key: pointerKey(run), means: [kind, source, dataset] };
      case 'expected':
        return { key: expectedKey(run), means: [kind, source, dataset] };
      case 'plan':
        return { key: planKey(run), means: [kind, source, dataset, runId] };
      case 'manifest':
        return { key: manifestKey(run), means: [kind, source, dataset, runId] };
      case 'stage':
        return { key: stageKey(run, range), means: [...perRange, run.extension] };
      case 'raw':
        return { key: rawKey(run, range, attempt), means: [...perRange, attempt] };
      case 'pages':
        return { key: rawPagesKey(rawKey(run, range, attempt)), means: [...perRange, attempt] };
      case 'observations':
        return { key: observationsKey(run, range, attempt), means: [...perRange, attempt] };
      case 'next':
        return { key: nextKey(run, range, attempt), means: [...perRange, attempt] };
      default:
        return { key: quarantineKey(run, range, attempt), means: [...perRange, attempt] };
    }
  });

describe('keys', () => {
  it('are where the documentation says', () => {
    const second = { slice: 'all', index: 1 };
    const folder = 'geonames/cities/run=2026-01-31t03-00-00-000z';
    expect(claimKey(aRun)).toBe('runs/open/geonames/cities.json');
    expect(planKey(aRun)).toBe('runs/geonames/cities/2026-01-31t03-00-00-000z/plan.json');
    expect(manifestKey(aRun)).toBe('runs/geonames/cities/2026-01-31t03-00-00-000z/manifest.json');
    expect(stageKey(parquetRun, second)).toBe(`stage/${folder}/all-00000001.parquet`);
    expect(stageKey({ ...aRun, extension: 'csv.zst' }, second)).toBe(`stage/${folder}/all-00000001.csv.zst`);
    const raw = rawKey(aRun, second, 'a1b2');
    expect(raw).toBe(`raw/${folder}/all-00000001-a1b2.jsonl.gz`);
    expect(rawPagesKey(raw)).toBe(`raw/${folder}/all-00000001-a1b2.pages.json`);
    expect(quarantineKey(aRun, second, 'a1b2')).toBe(`quarantine/${folder}/all-00000001-a1b2.jsonl.gz`);
    expect(nextKey(aRun, second, 'a1b2')).toBe(
      'runs/geonames/cities/2026-01-31t03-00-00-000z/next/all-00000001-a1b2.json',
    );
    expect(observationsKey(aRun, second, 'a1b2')).toBe(
      'runs/geonames/cities/2026-01-31t03-00-00-000z/observations/all-00000001-a1b2.json',
    );
    expect(pointerKey(aRun)).toBe('tables/geonames/cities/current.json');
    expect(expectedKey(aRun)).toBe('tables/geonames/cities/expected.json');
  });

  it('are injective: one key has one meaning', () => {
    fc.assert(
      fc.property(meaning, meaning, (a, b) => {
        const [first, second] = [a.means.join(' '), b.means.join(' ')];
        expect(a.key === b.key).toBe(first === second);
      }),
      { numRuns: 2000 },
    );
  });

  it("keep runs apart: no run's stage prefix is the beginning of another run's key", () => {
    fc.assert(
      fc.property(run, run, range, (a, b, aRange) => {
        const same = a.source === b.source && a.dataset === b.dataset && a.runId === b.runId;
        expect(stageKey(b, aRange).startsWith(stagePrefix(a))).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  it('put every claim, and nothing else of a run, below the folder of open runs', () => {
    fc.assert(
      fc.property(meaning, ({ key, means }) => {
        expect(key.startsWith(openRuns)).toBe(means[0] === 'claim');
      }),
    );
  });

  it('fit into 1,024 bytes when every name is as long as it may sensibly be', () => {
    const long = 'x'.repeat(128);
    const longRun = { source: long, dataset: long, runId: aRun.runId };
    expect(rawKey(longRun, { slice: long, index: 99_999_999 }, 'a1b2c3d4').length).toBeLessThan(1024);
  });

  it.each([
    ['source', (bad: string) => stageKey({ ...parquetRun, source: bad }, { slice: 'all', index: 0 })],
    ['dataset', (bad: string) => pointerKey({ ...aRun, dataset: bad })],
    ['run', (bad: string) => planKey({ ...aRun, runId: bad })],
    ['claimed dataset', (bad: string) => claimKey({ ...aRun, dataset: bad })],
    ['slice', (bad: string) => stageKey(parquetRun, { slice: bad, index: 0 })],
    ['slice of raw', (bad: string) => rawKey(aRun, { slice: bad, index: 0 }, 'a1b2')],
    ['attempt', (bad: string) => rawKey(aRun, { slice: 'all', index: 0 }, bad)],
  ])('refuse an unsafe name of a %s', (_, build) => {
    fc.assert(
      fc.property(unsafe, (bad) => {
        expect(() => build(bad)).toThrow(`'${bad}' cannot be part of an object key`);
      }),
    );
  });
});
