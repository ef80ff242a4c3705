import fc from 'fast-check';
import { nextDue } from '../../../../core/run/freshness/due-times';
import type { ExpectedDataset } from '../../../../core/run/freshness/expected-dataset';
import { type FreshnessServices, stateFreshness } from '../../../../core/run/freshness/state-freshness';
import { expectedKey, planKey, pointerKey } from '../../../../core/run/keys';
import { runIdAt } from '../../../../core/run/plan/run-id';
import { publish } from '../../../../core/run/publish/pointer';
import type { Schedule } from '../../../../core/source/source';
import { type LakeCall, memoryLake } from '../../../support/memory-lake';
import { aPublication } from '../publish/publish-fixture';
import { aPlan } from '../run-fixture';

const minute = 60_000;
const hour = 60 * minute;

const at = (time: string) => Date.parse(`2026-${time}Z`);
const cron = (hour: number, changes: Partial<Schedule> = {}): Schedule => {
  return { type: 'cron', hour, minute: 0, timeZone: 'UTC', ...changes };
};

/** Cities at three in the morning, by nine; `changes` replace options. */
function expected(changes: Partial<ExpectedDataset> = {}): ExpectedDataset {
  const schedules = [cron(3)];
  return {
    source: 'geonames',
    dataset: 'cities',
    schedules,
    windowMinutes: 10,
    deadlineHours: 6,
    ...changes,
  };
}

/** A published run: named after one time, with a watermark of another, or shaped from the pages of another run. */
interface Published {
  readonly named: number;
  /** @default the time it is named after */
  readonly watermark?: number;
  /** When the replayed run was due, and before it the one that it is a replay of, and so on. */
  readonly replayOf?: readonly [number, ...number[]];
  /** @default an hour later */
  readonly publishedAt?: number;
}

/** What is stated at `now` of a dataset that is scheduled since long and of which a run is published, or none: metric values by name. */
async function stated(dataset: ExpectedDataset, published: Published | undefined, now: number) {
  const lake = memoryLake();
  await state([dataset], lake, at('01-01T00:00'));
  if (published) await publishRun(lake, dataset, published);
  return (await state([dataset], lake, now)).gauges[`${dataset.source}/${dataset.dataset}`] ?? {};
}

async function publishRun(
  lake: ReturnType<typeof memoryLake>,
  { source, dataset }: Pick<ExpectedDataset, 'source' | 'dataset'>,
  { named, watermark = named, replayOf, publishedAt = named + hour }: Published,
): Promise<void> {
  const publication = aPublication(runIdAt(new Date(named)));
  const [first, ...others] = (replayOf ?? []).map((due) => {
    return { runId: runIdAt(new Date(due)), extension: 'parquet' as const };
  });
  const replay = first && { replayOf: first };
  for (let { runId } = first ?? { runId: '' }; runId !== ''; ) {
    const before = others.shift();
    const plan = { ...aPlan({ runId }), ...{ source, dataset }, ...(before && { replayOf: before }) };
    await lake.put(planKey(plan), JSON.stringify(plan));
    runId = before?.runId ?? '';
  }
  const manifest = {
    ...publication.manifest,
    ...replay,
    source,
    dataset,
    watermark: new Date(watermark).toISOString(),
  };
  expect(await publish(lake, { ...publication, manifest }, new Date(publishedAt))).toBe('published');
}

async function state(
  datasets: readonly ExpectedDataset[],
  lake: Parameters<typeof stateFreshness>[1]['lake'],
  now: number,
  known: FreshnessServices['known'] = new WeakMap(),
) {
  const gauges: Record<string, Record<string, number>> = {};
  const warnings: unknown[] = [];
  await stateFreshness(datasets, {
    lake,
    known,
    clock: { now: () => now },
    telemetry: { warn: (message, details) => void warnings.push({ message, ...details }) },
    gauges: {
      gauge(name, value, { source, dataset }) {
        gauges[`${source}/${dataset}`] = { ...gauges[`${source}/${dataset}`], [name]: value };
      },
    },
  });
  return { gauges, warnings };
}

describe('hours since the baseline', () => {
  it('are counted from the watermark, not from when readers saw it', async () => {
    const published = {
      named: at('06-01T03:00'),
      watermark: at('06-01T03:04'),
      publishedAt: at('06-01T08:00'),
    };
    const { HoursSinceBaseline } = await stated(expected(), published, at('06-01T09:34'));
    expect(HoursSinceBaseline).toBe(6.5);
  });

  it('are 0 where the clock that took the watermark is ahead', async () => {
    const ahead = { named: at('06-01T03:00'), watermark: at('06-01T03:04:02') };
    expect((await stated(expected(), ahead, at('06-01T03:04'))).HoursSinceBaseline).toBe(0);
  });

  it('are stated of a dataset that nothing loads by itself, which is never late', async () => {
    const published = { named: at('01-01T03:00') };
    const gauges = await stated(expected({ schedules: [] }), published, at('01-31T03:00'));
    expect(gauges).toEqual({ HoursSinceBaseline: 720 });
  });

  it('are not stated where nothing is published', async () => {
    expect(await stated(expected({ schedules: [] }), undefined, at('06-01T03:00'))).toEqual({});
  });
});

describe('hours late', () => {
  const monday = { named: at('06-01T03:00'), watermark: at('06-01T03:07') };
  const late = async (
    published: Published | undefined,
    now: string,
    changes: Partial<ExpectedDataset> = {},
  ) => (await stated(expected(changes), published, at(now))).HoursLate;

  it('begin when the deadline of the first run after the published one has passed, window included', async () => {
    expect(await late(monday, '06-01T04:00')).toBe(0);
    expect(await late(monday, '06-02T03:00')).toBe(0);
    expect(await late(monday, '06-02T09:10')).toBe(0);
    expect(await late(monday, '06-02T09:10:36')).toBe(0.01);
    expect(await late(monday, '06-02T15:40')).toBe(6.5);
  });

  it('go on to be counted from the first run that is missing when more are', async () => {
    expect(await late(monday, '06-05T09:10')).toBe(72);
  });

  it('end when a later run is published, whichever it is', async () => {
    expect(await late({ named: at('06-02T03:00') }, '06-02T15:40')).toBe(0);
    expect(await late({ named: at('06-02T11:22') }, '06-02T15:40')).toBe(0);
  });

  it('count for increments as for whole loads, the earlier of both', async () => {
    const schedules = [cron(3), cron(12)];
    expect(await late(monday, '06-01T18:10', { schedules })).toBe(0);
    expect(await late(monday, '06-01T19:10', { schedules })).toBe(1);
    expect(await late(monday, '06-02T19:10', { schedules })).toBe(25);
    // An increment is named a millisecond after its time, so that both may be due at once.
    expect(await late({ named: at('06-01T12:00') + 1 }, '06-01T19:10', { schedules })).toBe(0);
  });

  it('wait for the next day on which the dataset is loaded', async () => {
    const schedules = [cron(3, { weekDays: ['mon', 'thu'] })];
    expect(await late(monday, '06-04T09:10', { schedules })).toBe(0);
    expect(await late(monday, '06-04T10:10', { schedules })).toBe(1);
  });

  it('count no run whose time of day the clocks skip', async () => {
    const schedules = [cron(2, { minute: 30, timeZone: 'Europe/Berlin' })];
    const saturday = { named: at('03-28T01:30') };
    expect(await late(saturday, '03-29T23:00', { schedules })).toBe(0);
    expect(await late(saturday, '03-30T07:40', { schedules })).toBe(1);
  });

  it('of what was never published count from the first start since it is expected', async () => {
    const lake = memoryLake();
    const seen = async (now: string) =>
      (await state([expected()], lake, at(now))).gauges['geonames/cities']?.HoursLate;
    // Deployed at noon: no start was ever due.
    expect(await seen('06-01T12:00')).toBe(0);
    expect(await seen('06-02T03:00')).toBe(0);
    expect(await seen('06-02T09:10')).toBe(0);
    expect(await seen('06-02T10:10')).toBe(1);
    expect(await seen('06-03T10:10')).toBe(25);
    const text = (await lake.get(expectedKey(expected())))?.text ?? '';
    const schedules = [{ type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' }];
    expect(JSON.parse(text)).toEqual({ version: 1, since: '2026-06-01T12:00:00.000Z', schedules });
  });

  it('of what was loaded by hand before count from the first start since it is scheduled', async () => {
    const lake = memoryLake();
    const seen = async (now: string, changes: Partial<ExpectedDataset> = {}) =>
      (await state([expected(changes)], lake, at(now))).gauges['geonames/cities']?.HoursLate;
    expect(await seen('06-01T11:00', { schedules: [] })).toBeUndefined();
    await publishRun(lake, expected(), { named: at('06-01T12:00') });
    // Switched on four days later: no start was due meanwhile.
    expect(await seen('06-05T12:00')).toBe(0);
    expect(await seen('06-06T09:10')).toBe(0);
    expect(await seen('06-06T10:10')).toBe(1);
  });

  it('are not counted from starts while the schedule was off', async () => {
    const lake = memoryLake();
    const seen = async (now: string, changes: Partial<ExpectedDataset> = {}) =>
      (await state([expected(changes)], lake, at(now))).gauges['geonames/cities']?.HoursLate;
    expect(await seen('06-01T00:00')).toBe(0);
    await publishRun(lake, expected(), { named: at('06-01T03:00') });
    expect(await seen('06-01T12:00', { schedules: [] })).toBeUndefined();
    expect(await seen('06-05T12:00', { schedules: [] })).toBeUndefined();
    expect(await seen('06-09T12:00')).toBe(0);
    expect(await seen('06-10T10:10')).toBe(1);
  });

  it('are not counted from starts of a schedule that is another since', async () => {
    const lake = memoryLake();
    const seen = async (now: string, changes: Partial<ExpectedDataset> = {}) =>
      (await state([expected(changes)], lake, at(now))).gauges['geonames/cities']?.HoursLate;
    const weekly = { schedules: [cron(3, { weekDays: ['mon'] })] };
    expect(await seen('06-01T00:00', weekly)).toBe(0);
    await publishRun(lake, expected(), { named: at('06-01T03:00') });
    expect(await seen('06-05T12:00', weekly)).toBe(0);
    // Daily from Friday on: nothing was due on Tuesday.
    expect(await seen('06-05T12:01')).toBe(0);
    expect(await seen('06-06T10:10')).toBe(1);
    // The deadline is not when it is loaded: what is late stays so.
    expect(await seen('06-06T10:10', { deadlineHours: 5 })).toBe(2);
  });

  it('count from when an earlier version wrote no schedules down, which is renewed', async () => {
    const lake = memoryLake();
    await lake.put(expectedKey(expected()), '{"version": 1, "since": "2026-05-01T00:00:00.000Z"}');
    const { gauges, warnings } = await state([expected()], lake, at('06-01T12:00'));
    expect([gauges, warnings]).toEqual([{ 'geonames/cities': { HoursLate: 0 } }, []]);
  });

  it('of what was never published are not told where since when cannot be read', async () => {
    const lake = memoryLake();
    await lake.put(expectedKey(expected()), '{"since": "yesterday"}');
    const { gauges, warnings } = await state([expected()], lake, at('06-02T12:00'));
    expect(gauges).toEqual({});
    expect(warnings).toMatchObject([{ reason: expect.stringContaining('expected.json') }]);
  });

  it('of what nobody expects at any time are not counted either', async () => {
    const lake = memoryLake();
    await state([expected({ schedules: [] })], lake, at('06-01T12:00'));
    expect(await lake.get(expectedKey(expected()))).toBeUndefined();
  });

  it('do not begin since the clock of fan-out is behind that of the schedule', async () => {
    const slow = { named: at('06-02T03:00'), watermark: at('06-02T02:59:58') };
    expect(await late(slow, '06-02T12:00')).toBe(0);
  });

  it('do not begin since the parent whose records slice the dataset was loaded before', async () => {
    const child = { named: at('06-02T03:00'), watermark: at('05-31T01:00') };
    expect(await late(child, '06-02T12:00')).toBe(0);
    expect(await late(child, '06-03T10:10')).toBe(1);
  });

  it('do not end since an old run was shaped anew', async () => {
    const replay = {
      named: at('06-02T14:00'),
      watermark: at('06-01T03:07'),
      replayOf: [at('06-01T03:00')] as const,
    };
    expect(await late(replay, '06-02T15:10')).toBe(6);
    const sameDay = {
      named: at('06-02T14:00'),
      watermark: at('05-31T01:00'),
      replayOf: [at('06-02T03:00')] as const,
    };
    expect(await late(sameDay, '06-02T15:10')).toBe(0);
  });

  it('do not end since a run that was shaped anew was shaped anew again', async () => {
    const third = { named: at('06-02T14:00'), watermark: at('05-31T01:00') };
    const of = (first: string) => [at('06-02T13:00'), at('06-02T12:00'), at(first)] as const;
    expect(await late({ ...third, replayOf: of('06-01T03:00') }, '06-02T15:10')).toBe(6);
    expect(await late({ ...third, replayOf: of('06-02T03:00') }, '06-02T15:10')).toBe(0);
  });

  it('do not wait for a run that is named after a time to come', async () => {
    const named = { named: at('12-01T03:00'), watermark: at('06-01T03:07'), publishedAt: at('06-01T04:00') };
    expect(await late(named, '06-02T15:10')).toBe(6);
  });
});

test('the hours late are exact for every schedule, window, deadline and moment', async () => {
  const schedule = fc.record({
    type: fc.constant('cron' as const),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
  });
  const cases = fc.record({
    schedules: fc.array(schedule, { minLength: 1, maxLength: 2 }),
    windowMinutes: fc.integer({ min: 0, max: 60 }),
    deadlineHours: fc.integer({ min: 1, max: 168 }),
    named: fc.integer({ min: at('03-20T00:00'), max: at('11-10T00:00') }),
    passed: fc.integer({ min: 0, max: 20 * 24 * 60 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ named, passed, ...changes }) => {
      const now = named + passed * minute;
      const { HoursLate } = await stated(expected(changes), { named }, now);
      // One by one: every start after the published run that should be published by now.
      const allowed = changes.windowMinutes * minute + changes.deadlineHours * hour;
      let longest = 0;
      for (const one of changes.schedules) {
        for (let due = nextDue(one, named); due + allowed <= now; due = nextDue(one, due))
          longest = Math.max(longest, now - due - allowed);
      }
      expect(HoursLate).toBe(longest / hour);
    }),
    { numRuns: 150 },
  );
});

test('what cannot be read of one dataset is told, and all others are stated', async () => {
  const lake = memoryLake();
  const datasets = Array.from({ length: 50 }, (_, n) => expected({ dataset: `dataset-${n}` }));
  await state(datasets, lake, at('06-01T00:00'));
  for (const dataset of datasets) await publishRun(lake, dataset, { named: at('06-01T03:00') });
  await lake.put(pointerKey({ source: 'geonames', dataset: 'dataset-7' }), '{"version": 99}');
  const published = await lake.get(pointerKey({ source: 'geonames', dataset: 'dataset-8' }));
  const broken = { ...JSON.parse(published?.text ?? ''), watermark: 'yesterday' };
  await lake.put(pointerKey({ source: 'geonames', dataset: 'dataset-8' }), JSON.stringify(broken));

  const { gauges, warnings } = await state(datasets, lake, at('06-02T10:10'));
  expect(Object.keys(gauges)).toHaveLength(48);
  for (const values of Object.values(gauges))
    expect(values).toEqual({ HoursLate: 1, HoursSinceBaseline: 31 + 1 / 6 });
  const message = 'How fresh the table is cannot be told';
  expect(warnings).toMatchObject([
    { message, source: 'geonames', dataset: 'dataset-7', reason: expect.stringContaining('current.json') },
    { message, source: 'geonames', dataset: 'dataset-8', reason: expect.stringContaining('yesterday') },
  ]);
});

test('a published dataset costs one read once it is known since when it is scheduled, and no more than twenty are under way at once', async () => {
  const calls: LakeCall[] = [];
  let underWay = 0;
  let most = 0;
  const lake = memoryLake(undefined, {
    turn: async (call) => {
      calls.push(call);
      await new Promise(setImmediate);
    },
  });
  const counting: Pick<typeof lake, 'get' | 'replace'> = {
    replace: (...put) => lake.replace(...put),
    async get(key) {
      most = Math.max(most, ++underWay);
      return lake.get(key).finally(() => underWay--);
    },
  };
  const datasets = Array.from({ length: 100 }, (_, n) => expected({ dataset: `dataset-${n}` }));
  for (const dataset of datasets) await publishRun(lake, dataset, { named: at('06-01T03:00') });
  const known: FreshnessServices['known'] = new WeakMap();
  await state(datasets, lake, at('06-02T10:09'), known);
  calls.length = 0;
  await state(datasets, counting, at('06-02T10:10'), known);
  const keys = datasets.map(pointerKey);
  expect([...new Set(calls.map(({ operation, key }) => `${operation} ${key}`))]).toEqual(
    keys.map((key) => `get ${key}`),
  );
  expect(most).toBe(20);
});
