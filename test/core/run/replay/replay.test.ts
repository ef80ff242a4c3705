import { readdir } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PermanentError } from '../../../../core/errors';
import { ShortPageError } from '../../../../core/extract/guard-errors';
import { manifestKey, rawPagesKey, stagePrefix } from '../../../../core/run/keys';
import { loadRange } from '../../../../core/run/range/load-range';
import type { PageMessage } from '../../../../core/run/range/page-message';
import { fromMetadata } from '../../../../core/run/range/receipt';
import { definitionHash } from '../../../../core/source/definition-hash';
import { aRun, startOfTime } from '../run-fixture';
import type { Kind } from '../run-world-source';
import { ReplayWorld } from './replay-world';

let world: ReplayWorld;
const open = async (kind: Kind) => {
  world = await ReplayWorld.open(kind);
};
afterEach(async () => {
  expect(await readdir(world.workFolder)).toEqual([]); // on every path
  await world.close();
});

/** Another definition of the same table: what is taken for no value is another text. */
function correctMapping(): void {
  const { columns } = world.dataset;
  const name = { columnType: { type: 'varchar' }, options: { nullIf: ['n/a'] } } as const;
  world.dataset = { ...world.dataset, columns: { ...columns, name } };
}

/** A run, after which the mapping is corrected and the source is gone. */
async function loaded(kind: Kind): Promise<string> {
  await open(kind);
  const runId = await world.run();
  correctMapping();
  world.isUp = false;
  return runId;
}

describe.each<Kind>(['grid', 'chain', 'lead'])('a replay of a %s', (kind) => {
  it('shapes the same pages by the definition of today, and asks the source for nothing', async () => {
    const first = await loaded(kind);
    const before = world.objects.keys('raw/');
    const second = await world.run({ replayOf: first });

    expect(world.staged(second)).toEqual(world.staged(first));
    expect(Object.keys(world.staged(second)).length).toBeGreaterThan(kind === 'grid' ? 0 : 3);
    expect(world.objects.keys('raw/')).toEqual(before); // nothing is copied
    const [old, anew] = [world.manifest(first), world.manifest(second)];
    const { watermark, total, subset, counts } = old;
    expect(anew).toMatchObject({
      ...{ watermark, total, subset, problems: [] },
      definition: definitionHash(world.dataset),
      replayOf: { runId: first, extension: 'parquet' },
      counts: { ...counts, requests: 0, bytesStaged: expect.any(Number) },
    });
    expect(anew.definition).not.toBe(old.definition);
    const { definition } = anew;
    expect(world.manifested(second).map(({ receipt }) => receipt)).toEqual(
      world.manifested(first).map(({ receipt }) => ({
        ...receipt,
        requests: 0,
        definition,
        attempt: expect.any(String),
      })),
    );
    expect(await world.pointer()).toMatchObject({ runId: second, watermark });
  });

  it('can be replayed itself, and names the raw pages of the run that asked the source', async () => {
    const first = await loaded(kind);
    const second = await world.run({ replayOf: first });
    const third = await world.run({ replayOf: second });
    expect(world.staged(third)).toEqual(world.staged(first));
    const raws = (runId: string) => world.manifested(runId).map(({ receipt }) => receipt.raw);
    expect(raws(third)).toEqual(raws(first));
    expect(await world.pointer()).toMatchObject({ runId: third, replayOf: first });
  });

  it('needs none of the stage objects of the run, which expire when it was not published', async () => {
    const first = await loaded(kind);
    const staged = world.staged(first);
    for (const key of world.objects.keys(stagePrefix({ ...aRun, runId: first }))) {
      world.objects.objects.delete(key);
    }
    const second = await world.run({ replayOf: first });
    expect(world.staged(second)).toEqual(staged);
    expect(await world.pointer()).toMatchObject({ runId: second });
  });

  it('leaves the same when every message is delivered twice', async () => {
    const first = await loaded(kind);
    world.clock.advance(60_000);
    const { runId } = await world.fanOut({ replayOf: first });
    world.messages.waiting.push(...world.messages.waiting);
    await world.work();
    await world.reconcile();
    expect(world.staged(runId)).toEqual(world.staged(first));
    expect(await world.pointer()).toMatchObject({ runId });
  });
});

describe('the plan of a replay', () => {
  it('is that of the run, with the table and the ceiling of today', async () => {
    const first = await loaded('grid');
    const wider = { columnType: { type: 'varchar' }, options: {} } as const;
    const ofToday = {
      verification: { looks: 0, ifShort: 'publish-with-warning', tolerance: 0.1, maxShrink: 0.5 },
      keepRuns: 5,
    } as const;
    world.dataset = {
      ...world.dataset,
      columns: { ...world.dataset.columns, note: wider },
      format: { type: 'jsonl', compression: 'gzip', sorted: false },
      tableVersion: 2,
      maxQuarantinedRatio: 0.25,
      ...ofToday,
    };
    const second = await world.run({ replayOf: first });
    const [old, anew] = [await world.plan(first), await world.plan(second)];
    const { sequences, pagesPerRange, watermark, total, subset } = old;
    expect(anew).toEqual({
      ...{ version: 3, source: 'geonames', dataset: 'cities', runId: second },
      ...{ sequences, pagesPerRange, watermark, total, subset },
      plannedAt: new Date(startOfTime + 120_000).toISOString(),
      definition: definitionHash(world.dataset),
      ...ofToday,
      extension: 'jsonl.gz',
      columns: [...old.columns, { name: 'note', type: 'VARCHAR' }],
      key: ['id'],
      tableVersion: 2,
      maxQuarantinedRatio: 0.25,
      replayOf: { runId: first, extension: 'parquet' },
    });
    expect(Object.keys(world.staged(second)).every((name) => name.endsWith('.jsonl.gz'))).toBe(true);
    expect((await world.pointer())?.runId).toBe(second);
  });

  it('is read by whoever continues the run, with or without saying that it is a replay', async () => {
    const first = await loaded('grid');
    world.clock.advance(60_000);
    const { runId } = await world.fanOut({ replayOf: first });
    const plan = await world.plan(runId);
    world.messages.waiting = [];
    expect(await world.fanOut({ runId })).toMatchObject({ status: 'enqueued' });
    expect(await world.fanOut({ runId, replayOf: first })).toMatchObject({ status: 'enqueued' });
    expect(await world.plan(runId)).toEqual(plan);
    await world.work();
    await world.reconcile();
    expect((await world.pointer())?.runId).toBe(runId);
  });

  it('is as old as the run that it replays, also where that is older than what is published', async () => {
    await open('grid');
    const first = await world.run();
    await world.run();
    world.isUp = false;
    const third = await world.run({ replayOf: first });
    expect(await world.pointer()).toMatchObject({ runId: third, watermark: world.manifest(first).watermark });
  });

  it('makes a trial of a trial', async () => {
    await open('grid');
    const first = await world.run({ onlyPages: 2 });
    world.isUp = false;
    const second = await world.run({ replayOf: first });
    expect(world.manifest(second)).toMatchObject({ subset: true, problems: [], counts: { pages: 2 } });
    expect(await world.pointer()).toBeUndefined();
  });

  it('makes a good run of one that was refused', async () => {
    await open('grid');
    const first = await world.run();
    const key = manifestKey({ ...aRun, runId: first });
    await world.lake.put(key, JSON.stringify({ ...world.manifest(first), problems: ['all in quarantine'] }));
    const second = await world.run({ replayOf: first });
    expect(world.manifest(second).problems).toEqual([]);
    expect((await world.pointer())?.runId).toBe(second);
  });
});

describe('a replay is refused, and the dataset is left free,', () => {
  const refusal = async (replayOf: string) => {
    world.clock.advance(60_000);
    const error = await world.fanOut({ replayOf }).catch((failure) => failure);
    expect(error).toMatchObject({ failure: 'configuration' });
    expect([world.objects.keys('runs/open/'), world.messages.size]).toEqual([[], 0]);
    return error.message;
  };
  const noRun = '2020-01-01t00-00-00-000z';

  it('when there is no such run: those that there are, are named, newest first', async () => {
    await open('grid');
    const runs: string[] = [];
    for (let run = 0; run < 7; run++) runs.push(await world.run(run === 5 ? { onlyPages: 1 } : {}));
    await world.lake.put(manifestKey({ ...aRun, runId: runs[6] as string }), '{"version":1}'); // of another version
    expect(await refusal(noRun)).toBe(
      `run ${noRun} of geonames/cities cannot be replayed, as there is no such run; replay one of ${runs.slice(1, 6).reverse().join(', ')}`,
    );
  });

  it('when there is no run at all', async () => {
    await open('grid');
    expect(await refusal(noRun)).toBe(
      `run ${noRun} of geonames/cities cannot be replayed, as there is no such run; there is no other to replay: load the dataset from the source`,
    );
  });

  it('when the run did not finish', async () => {
    await open('grid');
    const { runId } = await world.fanOut();
    await world.lake.remove(
      'runs/open/geonames/cities.json',
      (await world.lake.head('runs/open/geonames/cities.json'))?.etag ?? '',
    );
    world.messages.waiting = [];
    expect(await refusal(runId)).toMatch(/as it did not finish, so its pages are not all in the lake; /);
  });

  it('when it kept no raw pages, or not all', async () => {
    await open('grid');
    world.dataset = { ...world.dataset, keepRaw: false };
    const none = await world.run();
    expect(await refusal(none)).toMatch(/as it was loaded with keepRaw false, so there are no raw pages; /);
    const manifest = world.manifest(none);
    const [object] = world.manifested(none);
    const kept = { ...object, receipt: { ...object?.receipt, raw: 'raw/there' } };
    await world.lake.put(
      manifest.parts[0]?.key ?? '',
      [object, kept].map((one) => JSON.stringify(one)).join('\n'),
    );
    const counts = { ...manifest.counts, ranges: 2 };
    await world.lake.put(manifestKey({ ...aRun, runId: none }), JSON.stringify({ ...manifest, counts }));
    expect(await refusal(none)).toMatch(/so there are no raw pages of 1 of its 2 page ranges; /);
  });

  it('when readers of the published table would trip over it', async () => {
    const first = await loaded('grid');
    const name = { columnType: { type: 'bigint' }, options: {} } as const;
    world.dataset = { ...world.dataset, columns: { ...world.dataset.columns, name } };
    expect(await refusal(first)).toMatch(/column 'name' was VARCHAR and would be BIGINT/);
  });

  it.each<[Kind, string]>([
    ['grid', 'was not cut into slices'],
    ['lead', "was cut by 'parent'"],
  ])('when a column reads a slice parameter that a run (%s) did not have', async (kind, had) => {
    const first = await loaded(kind);
    const group = { columnType: { type: 'integer' }, options: { slice: 'of' } } as const;
    world.dataset = { ...world.dataset, columns: { ...world.dataset.columns, group } };
    expect(await refusal(first)).toBe(
      `run ${first} of geonames/cities cannot be replayed by this definition, as its column 'group' reads the slice parameter 'of' and the run ${had}: take back the parameter's name, or load the dataset from the source`,
    );
    if (kind === 'grid') return;
    const known = { ...group, options: { slice: 'parent' } };
    world.dataset = { ...world.dataset, columns: { ...world.dataset.columns, group: known } };
    const second = await world.run({ replayOf: first });
    expect((await world.pointer())?.runId).toBe(second);
  });

  it('when it would be a replay of itself', async () => {
    const first = await loaded('grid');
    await expect(world.fanOut({ runId: first, replayOf: first })).rejects.toThrow(
      `run ${first} cannot be a replay of itself: leave its runId out`,
    );
  });

  it('when a run of that name is something else', async () => {
    const first = await loaded('grid');
    const second = await world.run({ replayOf: first });
    await expect(world.fanOut({ runId: second, replayOf: noRun })).rejects.toThrow(
      `run ${second} of geonames/cities was planned as a replay of run ${first}: finish it, or give the replay of run ${noRun} another name`,
    );
    await world.reconcile();
    await expect(world.fanOut({ runId: first, replayOf: noRun })).rejects.toThrow(
      'was planned as a load from the source, not a replay',
    );
  });
});

describe('a range of a replay fails for good', () => {
  /** The first message of a replay, and the raw object that it needs. */
  async function aMessage(): Promise<{ message: PageMessage; raw: string; load: () => Promise<unknown> }> {
    const first = await loaded('grid');
    world.clock.advance(60_000);
    await world.fanOut({ replayOf: first });
    const message = world.messages.waiting[0]?.message;
    if (!message) throw new Error('there is a message');
    const raw = world.manifested(first)[message.range.index]?.receipt.raw ?? '';
    return { message, raw, load: () => loadRange(message, 'attempt', world.services()) };
  }
  const remove = (key: string) => world.objects.objects.delete(key);
  const nothingStaged = ({ runId }: PageMessage) => expect(world.staged(runId)).toEqual({});

  it('when its raw pages are gone', async () => {
    const { message, raw, load } = await aMessage();
    remove(raw);
    const sentence =
      'is not in the lake, so its pages cannot be shaped anew: load the dataset from the source again';
    await expect(load()).rejects.toThrow(new PermanentError(`${raw} ${sentence}`));
    remove(rawPagesKey(raw));
    await expect(load()).rejects.toThrow(new PermanentError(`${rawPagesKey(raw)} ${sentence}`));
    nothingStaged(message);
  });

  it.each([
    ['cut off', (whole: Buffer) => whole.subarray(0, whole.length - 20)],
    [
      'altered',
      (whole: Buffer) => Buffer.from(whole.map((byte, at) => (at === whole.length - 6 ? byte ^ 1 : byte))),
    ],
    ['something else', () => Buffer.from('not compressed')],
  ])('when its raw pages are damaged: %s', async (_, damage) => {
    const { message, raw, load } = await aMessage();
    const object = world.objects.objects.get(raw);
    if (!object) throw new Error('there are raw pages');
    world.objects.objects.set(raw, { ...object, body: damage(object.body) });
    await expect(load()).rejects.toMatchObject({
      failure: 'permanent',
      message: expect.stringMatching(/^raw\/.*gz is damaged \(.*\): load the dataset from the source again$/),
    });
    nothingStaged(message);
  });

  /** Writes a raw object anew, as whole as ever, with its bodies changed. */
  function rewrite(raw: string, change: (bodies: string) => string): void {
    const object = world.objects.objects.get(raw);
    if (!object) throw new Error('there are raw pages');
    const bodies = gunzipSync(object.body).toString('utf8');
    world.objects.objects.set(raw, { ...object, body: gzipSync(change(bodies)) });
  }

  it('when its raw pages are whole, and not what was written', async () => {
    const { message, raw, load } = await aMessage();
    rewrite(raw, (bodies) => bodies.replace('all 0 3', 'all 0 x'));
    await expect(load()).rejects.toMatchObject({
      ...{ failure: 'permanent', name: 'RawPagesError' },
      message: `${raw} is not what was written: its pages have another SHA-256 than ${rawPagesKey(raw)} says; load the dataset from the source again`,
    });
    nothingStaged(message);
  });

  it('but not when they were only compressed anew', async () => {
    const { raw, load } = await aMessage();
    rewrite(raw, (bodies) => bodies);
    await expect(load()).resolves.toBe('loaded');
  });

  it('but not when nobody kept what they were, as of old', async () => {
    const { message, raw, load } = await aMessage();
    rewrite(raw, (bodies) => bodies.replace('all 0 3', 'all 0 x'));
    const { sha256, ...document } = JSON.parse(world.objects.text(rawPagesKey(raw)) ?? '');
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    await world.lake.put(rawPagesKey(raw), JSON.stringify(document));
    await expect(load()).resolves.toBe('loaded');
    expect(Object.values(world.staged(message.runId))[0]).toContain('all 0 x');
  });

  it('when the object that names them and the manifest are gone, or name none', async () => {
    const { message, load } = await aMessage();
    const key = world.manifested(message.replayOf?.runId ?? '')[message.range.index]?.key ?? '';
    const object = world.objects.objects.get(key);
    if (!object) throw new Error('there is a stage object');
    const { raw: _, ...receipt } = fromMetadata(object.metadata) ?? {};
    world.objects.objects.set(key, { ...object, metadata: { receipt: JSON.stringify(receipt) } });
    await expect(load()).rejects.toThrow(
      `${key} was loaded without keeping its raw pages, so it cannot be replayed`,
    );
    remove(key);
    remove(manifestKey({ ...aRun, runId: message.replayOf?.runId ?? '' }));
    await expect(load()).rejects.toThrow(
      `${key} is not in the lake, so run ${message.replayOf?.runId} cannot be replayed`,
    );
    nothingStaged(message);
  });

  it('when a page is not what its neighbours make of it, at once: it would be so again', async () => {
    const { message, load } = await aMessage();
    let shapes = 0;
    const short = new ShortPageError('page 4 of cities holds 9 records', { evidence: { status: 200 } });
    world.onShape = () => {
      shapes++;
      throw short;
    };
    await expect(load()).rejects.toMatchObject({
      failure: 'permanent',
      message: `page 4 of cities holds 9 records (run ${message.replayOf?.runId} received it so, and a replay asks for nothing again: load the dataset from the source)`,
      cause: short,
      evidence: { status: 200 },
    });
    expect(shapes).toBe(1);
    nothingStaged(message);
  });

  it('but not when the lake could not be reached', async () => {
    const { message } = await aMessage();
    const lost = new Error('socket hang up');
    const services = world.services();
    const lake = { ...services.lake, download: () => Promise.reject(lost) };
    await expect(loadRange(message, 'attempt', { ...services, lake })).rejects.toBe(lost);
  });
});
