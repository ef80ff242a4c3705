import { ConfigurationError } from '../../../../core/errors';
import { manifestKey, openRuns, pointerKey } from '../../../../core/run/keys';
import {
  type FanOutRequest,
  type FanOutServices,
  fanOut,
  parseFanOutRequest,
} from '../../../../core/run/plan/fan-out';
import { readPlan } from '../../../../core/run/plan/read-plan';
import { otherBase } from '../../../../core/run/publish/increment-base';
import { publish, readPointer } from '../../../../core/run/publish/pointer';
import { reconcile } from '../../../../core/run/reconcile';
import type { Manifest } from '../../../../core/run/verify/manifest';
import { definitionHash } from '../../../../core/source/definition-hash';
import type { Dataset, Incremental } from '../../../../core/source/source';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { nobodyListens } from '../../../support/nobody-listens';
import { aDataset, aSource, byNextCursor } from '../../../support/source-fixture';
import { aPlan, aRun, recordTelemetry, startOfTime, stillClock, writeRun } from '../run-fixture';

const base = { ...aRun, runId: '2026-01-30t03-00-00-000z' };
const watermark = '2026-01-30T03:00:07.890Z';
const files = { location: 'stage/x/', files: 1, records: 950, bytes: 1 };

const incremental: Incremental = {
  query: { updated_since: '{since}' },
  format: 'iso8601',
  overlapMinutes: 10,
};
const changing = (changes: Partial<Incremental> = {}, more: Partial<Dataset> = {}) =>
  aDataset({ incremental: { ...incremental, ...changes }, ...more });

/** What verification of a run that fell short of nothing says. */
function aManifest(changes: Partial<Manifest> = {}): Manifest {
  const { definition, extension, columns, key, tableVersion } = aPlan();
  const none = { requests: 0, added: 0, quarantined: 0, filtered: 0, repeated: 0, bytesReceived: 0 };
  const counts = { ...none, ranges: 0, pages: 0, received: 950, staged: 950, bytesStaged: 1 };
  const observations = { quarantined: [], nulled: [], filtered: [], unknownFields: [], missingFields: [] };
  return {
    ...{ version: 3, ...base, definition, extension, columns, key, tableVersion, watermark },
    ...{ subset: false, counts, observations, givenUp: [], problems: [], warnings: [], parts: [] },
    ...changes,
  };
}

/** Fan-out over a lake in which `base` is published. */
async function prepare(dataset = changing(), published: Partial<Manifest> | undefined = {}) {
  const objects = new MemoryObjects();
  const messages = new MemoryMessages();
  const lake = memoryLake(objects);
  const clock = stillClock();
  const manifest = aManifest({ definition: definitionHash(dataset), ...published });
  if (published !== undefined) {
    await lake.put(manifestKey(manifest), JSON.stringify(manifest));
    await publish(lake, { manifest, table: files, keepRuns: 3 }, new Date(startOfTime - 60_000));
  }
  const discover = jest.fn<ReturnType<FanOutServices['discover']>, Parameters<FanOutServices['discover']>>(
    async () => ({ total: 7, pages: 1, pageSize: 100 }),
  );
  const services: FanOutServices = {
    source: aSource({ datasets: [dataset] }),
    ...{ lake, clock, discover, pageQueue: memoryPageQueue(messages), telemetry: recordTelemetry() },
    readParents: async () => Promise.reject(new Error('nobody needs a parent')),
    prepare: async () => {},
  };
  const start = (changes: Partial<FanOutRequest> = {}) =>
    fanOut({ dataset: 'cities', runId: aRun.runId, mode: 'incremental', ...changes }, services);
  const planned = () => readPlan(lake, aRun);
  return { objects, messages, lake, clock, discover, services, start, planned, manifest };
}

const increment = {
  since: '2026-01-30T02:50:07.890Z',
  sent: '2026-01-30T02:50:07Z',
  base: { runId: base.runId },
};

describe('a run of what changed', () => {
  it('asks, from its first request on, for what changed since the watermark, less the overlap', async () => {
    const { start, planned, discover, messages } = await prepare();
    expect(await start()).toMatchObject({ status: 'enqueued', ranges: 1 });
    expect(discover.mock.calls.map(([, parameters]) => parameters)).toEqual([{ since: increment.sent }]);
    expect(await planned()).toMatchObject({
      increment,
      subset: false,
      total: 7,
      watermark: new Date(startOfTime).toISOString(),
      sequences: [{ type: 'pages', slice: 'all', parameters: { since: increment.sent }, pages: 1 }],
    });
    expect(messages.waiting.map(({ message }) => message.range)).toMatchObject([
      { parameters: { since: increment.sent } },
    ]);
  });

  it.each([
    ['date', 0, '2026-01-30'],
    ['epoch-seconds', 0.5, 1_769_742_000 - 23],
    ['epoch-milliseconds', 0, Date.parse(watermark)],
    ['iso8601', Number.MAX_SAFE_INTEGER, '1970-01-01T00:00:00Z'],
  ] as const)('in the format %s, %d minutes earlier', async (format, overlapMinutes, sent) => {
    const { start, planned } = await prepare(changing({ format, overlapMinutes }));
    await start();
    expect((await planned())?.increment?.sent).toBe(sent);
  });

  it('gives every slice its own parameters and the time', async () => {
    const slices = [{ type: 'values' as const, name: 'country', values: ['DE', 'FR'] }];
    const { start, planned } = await prepare(changing({}, { slices }));
    await start();
    expect((await planned())?.sequences).toMatchObject([
      {
        type: 'lead',
        slices: [
          { parameters: { country: 'DE', since: increment.sent } },
          { parameters: { country: 'FR', since: increment.sent } },
        ],
      },
    ]);
  });

  it.each<[string, Partial<Dataset>]>([
    ['chain', { pagination: byNextCursor }],
    ['single', { pagination: { type: 'single' } }],
  ])('gives a %s the time', async (_, changes) => {
    const { start, planned, discover } = await prepare(changing({}, changes));
    await start();
    expect((await planned())?.sequences).toMatchObject([{ parameters: { since: increment.sent } }]);
    expect(discover).not.toHaveBeenCalled();
  });

  it('has a page at least, though nothing changed', async () => {
    const { start, planned, discover } = await prepare();
    discover.mockResolvedValue({ total: 0, pages: 1, pageSize: 100 });
    await start();
    expect(await planned()).toMatchObject({ total: 0, sequences: [{ pages: 1 }] });
  });

  it('asks for everything unless it is told otherwise', async () => {
    const { start, planned, discover } = await prepare();
    await start({ mode: undefined });
    expect(await planned()).not.toHaveProperty('increment');
    expect(discover.mock.calls.map(([, parameters]) => parameters)).toEqual([{}]);
  });
});

describe('what changed cannot be asked for', () => {
  const refusal = async (prepared: Promise<Awaited<ReturnType<typeof prepare>>>) => {
    const { start, objects, planned, discover } = await prepared;
    const error = await start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(objects.keys(openRuns)).toEqual([]); // the next run need not wait
    expect(await planned()).toBeUndefined();
    expect(discover).not.toHaveBeenCalled();
    return String(error);
  };

  it('where the dataset does not say how', async () => {
    expect(await refusal(prepare(aDataset()))).toContain(
      "geonames/cities does not say how its source is asked for what changed: give the dataset 'incremental'",
    );
  });

  it('before everything was loaded', async () => {
    const { services } = await prepare();
    const lake = memoryLake();
    const request = { dataset: 'cities', mode: 'incremental' as const };
    await expect(fanOut(request, { ...services, lake })).rejects.toThrow(
      'load everything once first: baseload run geonames/cities',
    );
  });

  it('where the published table was loaded by another definition', async () => {
    const { definition } = aPlan();
    expect(await refusal(prepare(changing({}, { onUnfit: 'null' }), { definition }))).toContain(
      `the published run ${base.runId} of geonames/cities was loaded by another definition`,
    );
  });

  it('where nobody knows how the published table was loaded', async () => {
    const prepared = await prepare();
    prepared.objects.set({ operation: 'remove', key: manifestKey(base) }, undefined);
    expect(await refusal(Promise.resolve(prepared))).toContain('has no manifest that can be read');
    await prepared.lake.put(manifestKey(base), '{"version":2}');
    expect(await refusal(Promise.resolve(prepared))).toContain('has no manifest that can be read');
  });

  it('where readers would see another table', async () => {
    const columns = { id: { columnType: { type: 'varchar' as const }, options: {} } };
    expect(await refusal(prepare(changing({}, { columns })))).toContain('is gone');
  });

  it.each([
    [{ onlyPages: 3 }, "onlyPages: not with mode 'incremental'"],
    [{ replayOf: base.runId }, "replayOf: not with mode 'incremental'"],
    [{ mode: 'some' }, 'mode: '],
  ])('together with %j', (changes, message) => {
    const event = { dataset: 'cities', mode: 'incremental', ...changes };
    expect(() => parseFanOutRequest(event)).toThrow(message);
  });
});

describe('a run is one thing or the other', () => {
  it.each([
    ['incremental', 'full', 'was planned to load what changed since 2026-01-30T02:50:07.890Z'],
    ['full', 'incremental', 'was planned to load everything'],
  ] as const)('%s, and never %s', async (mode, other, sentence) => {
    const { start, messages } = await prepare();
    await start({ mode });
    const sent = messages.waiting.length;
    await expect(start({ mode: other })).rejects.toThrow(sentence);
    expect(messages.waiting).toHaveLength(sent);
    expect(await start({ mode })).toMatchObject({ status: 'enqueued' });
    // Whoever only continues it need not know.
    expect(await start({ mode: undefined })).toMatchObject({ status: 'enqueued' });
  });

  it('also where the schedules of both are due at once', async () => {
    const { start } = await prepare();
    const due = { runId: undefined, scheduledTime: '2026-01-31T03:00:00Z' };
    const all = await start({ ...due, mode: undefined });
    const changed = await start(due);
    expect(all.runId).toBe('2026-01-31t03-00-00-000z');
    expect(changed).toEqual({
      status: 'skipped',
      runId: '2026-01-31t03-00-00-001z',
      openRun: all.runId,
    });
  });
});

describe('another table than it was asked for', () => {
  const changed = { runId: aRun.runId, increment };

  it('is told from its own, and from itself', () => {
    expect(otherBase(changed, { runId: base.runId })).toBeUndefined();
    expect(otherBase(changed, { runId: aRun.runId })).toBeUndefined();
    expect(otherBase({ runId: aRun.runId }, { runId: '2026-01-29t00-00-00-000z' })).toBeUndefined();
    expect(otherBase(changed, { runId: '2026-01-29t00-00-00-000z' })).toMatch(
      /for the table of run 2026-01-30t03-00-00-000z, and now run 2026-01-29t00-00-00-000z is published: load what changed again/,
    );
    expect(otherBase(changed, undefined)).toContain('nothing is published');
  });

  it('is never published to, at whatever moment the other one was', async () => {
    const { lake, objects, manifest } = await prepare();
    const before = await publishedFirst(lake, manifest);
    const own = aManifest({ ...aRun, increment });
    const publication = { manifest: own, table: files, keepRuns: 3 };
    expect(await publish(lake, publication, new Date(startOfTime))).toBe('conflict');
    expect(objects.text(pointerKey(aRun))).toBe(before);
  });

  it('refuses the run, and releases its claim', async () => {
    const { start, lake, objects, services, manifest, clock } = await prepare();
    await start();
    const before = await publishedFirst(lake, manifest);
    await lake.put(manifestKey(aRun), JSON.stringify(aManifest({ ...aRun, increment })));
    const plan = await readPlan(lake, aRun);
    if (!plan) throw new Error('there is a plan');
    await writeRun(lake, plan);
    const [report] = await reconcile({
      ...{ ...nobodyListens, lake, clock, telemetry: services.telemetry },
      pageQueue: async () => memoryPageQueue(new MemoryMessages()),
      findRepeatedKeys: async () => undefined,
    } as unknown as Parameters<typeof reconcile>[0]);
    expect(report).toMatchObject({
      state: 'refused',
      problems: [expect.stringContaining('load what changed again')],
    });
    expect(objects.text(pointerKey(aRun))).toBe(before);
    expect(objects.keys(openRuns)).toEqual([]);
  });

  /** What stands in the pointer after somebody has gone back to an earlier run. */
  async function publishedFirst(lake: ReturnType<typeof memoryLake>, { runId: _, ...manifest }: Manifest) {
    const current = await readPointer(lake, base);
    if (!current) throw new Error('something is published');
    const { etag, ...pointer } = current;
    const text = JSON.stringify({
      ...pointer,
      runId: '2026-01-29t03-00-00-000z',
      watermark: manifest.watermark,
    });
    await lake.replace(pointerKey(base), text, etag);
    return text;
  }
});
