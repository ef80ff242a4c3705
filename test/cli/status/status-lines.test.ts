import type { OpenEnvironment } from '../../../cli/environment/open-environment';
import { isWrong } from '../../../cli/status';
import type { WatchedStatus } from '../../../cli/status/read-status';
import { openSentence, statusLines } from '../../../cli/status/status-lines';
import { watchStatus } from '../../../cli/status/watch-status';
import { claimDataset } from '../../../core/run/claim';
import { planKey } from '../../../core/run/keys';
import type { Pointer } from '../../../core/run/publish/pointer';
import type { FailedRanges, OpenRun } from '../../../core/run/status/open-run';
import type { RunRecord } from '../../../core/run/status/run-record';
import { aPlan, aRun, startOfTime, writeRun } from '../../core/run/run-fixture';
import { memoryLake } from '../../support/memory-lake';

const now = new Date('2026-01-31T06:00:00.000Z');
const here = { environment: 'local', now, alive: true } as const;
const name = { source: 'crm', dataset: 'users' };

function anOpenRun(changes: Partial<OpenRun> = {}): OpenRun {
  return {
    ...{ runId: 'r-2', claimedAt: '2026-01-31T05:59:00.000Z', kind: { type: 'full' }, state: 'loading' },
    ...{ pages: 174, pagesKnown: 277, growing: false, ranges: 28, missing: 10, failed: [] },
    pace: { pagesPerSecond: 50, requestsPerSecond: 50, lastAt: '2026-01-31T05:59:59.000Z' },
    ...changes,
  };
}

const published: Pointer = {
  ...{ version: 3, ...name, runId: 'r-1', extension: 'parquet', columns: [], key: ['id'], tableVersion: 1 },
  ...{ location: 'stage/', manifest: 'm', files: 1, records: 138_398, watermark: '2026-01-31T02:59:00.000Z' },
  ...{ publishedAt: '2026-01-31T03:00:00.000Z', previous: [] },
};
const linesOf = (status: Partial<WatchedStatus>, context: Partial<Parameters<typeof statusLines>[1]> = {}) =>
  statusLines({ ...name, ...status }, { ...here, ...context });

const failed: FailedRanges = {
  ...{ ...name, runId: 'r-2', failure: 'permanent', error: 'PermanentError', status: 401, ranges: 3 },
  ...{ reason: 'GET /users?page=# answered 401', since: '2026-01-31T05:50:00.000Z' },
  example: {
    range: 'all-00000017',
    reason: 'GET /users?page=18 answered 401',
    at: '2026-01-31T05:58:00.000Z',
  },
  names: ['all-00000003', 'all-00000005', 'all-00000017'],
};

describe('a dataset is said to be', () => {
  test('never loaded, with the command that loads it', () => {
    expect(linesOf({})).toEqual(['crm/users', '  never loaded npx baseload run crm/users loads it']);
    expect(linesOf({}, { environment: 'prod' })[1]).toContain('npx baseload run crm/users --env prod');
  });

  test('unreadable, and not never loaded, where a document cannot be read', () => {
    const unreadable = ['current.json is broken: restore it'];
    expect(linesOf({ unreadable })).toEqual(['crm/users', `  unreadable   ${unreadable[0]}`]);
    expect(isWrong({ ...name, unreadable }, true)).toBe(true);
  });

  test('loading, how far, how fast and for how long, beside what readers see', () => {
    expect(linesOf({ open: anOpenRun(), published })).toEqual([
      'crm/users',
      '  loading      62 %, 174 of 277 pages, 50.0 pages/s, about 2.1 s left; run r-2',
      '  published    138,398 records, 3 h ago, complete up to 2026-01-31T02:59:00.000Z; run r-1',
    ]);
  });

  test('stopped where no process is loading it', () => {
    expect(linesOf({ open: anOpenRun() }, { alive: false })[2]).toBe(
      '  stopped      no process is loading it: npx baseload run crm/users continues where it stopped',
    );
  });

  test('blocked, by what, and what to do', () => {
    const open = anOpenRun({ state: 'blocked', missing: 3, failed: [failed] });
    expect(linesOf({ open }, { environment: 'dev' })).toEqual([
      'crm/users',
      '  blocked      3 of 28 ranges could not be loaded, 174 of 277 pages are there; run r-2',
      '               3 ranges, such as all-00000017, 2 min ago: GET /users?page=# answered 401',
      '  what to do   check the secret of crm, then npx baseload redrive crm --env dev loads what is missing',
      '               npx baseload dlq crm --env dev shows every reason; npx baseload give-up r-2 --dataset crm/users --ranges all-00000003,all-00000005,all-00000017 --reason "…" --env dev accepts the hole',
    ]);
  });

  test('refused, why, and what to do', () => {
    const refused: RunRecord = {
      ...{ runId: 'r-2', kind: { type: 'full' }, state: 'refused', warnings: [] },
      problems: ['949 of 950 records'],
    };
    expect(linesOf({ failed: refused, published })).toEqual([
      'crm/users',
      '  refused      run r-2 was not published:',
      '               949 of 950 records',
      '  what to do   npx baseload open crm/users r-2 tells all; npx baseload run crm/users loads it anew',
      expect.stringMatching(/^ {2}published {4}138,398 records/),
    ]);
  });

  test('refused for quarantine, which another load would not mend', () => {
    const refused = (replayable: string | undefined): RunRecord => ({
      ...{ runId: 'r-2', kind: { type: 'full' }, state: 'refused', warnings: [] },
      ...{ problems: ['9 of 950 records are in quarantine'], quarantine: { replayable } },
    });
    expect(linesOf({ failed: refused('r-2') }).slice(3)).toEqual([
      '  what to do   npx baseload open crm/users r-2 tells all; correct the definition in sources/crm.ts, then npx baseload replay crm/users --run r-2 shapes its pages anew, without asking the source',
      '               where what is in quarantine may be missing, set maxQuarantinedRatio above its share first',
    ]);
    expect(linesOf({ failed: refused(undefined) })[3]).toMatch(
      /correct the definition in sources\/crm\.ts, then npx baseload run crm\/users loads it anew; its pages were not kept/,
    );
  });

  test('verified as one page, in words for one page', () => {
    expect(openSentence(anOpenRun({ state: 'verifying', pages: 1 }), { now })).toBe('the only page is there');
  });

  test('published with what it falls short of, and rolled back', () => {
    const warned = { ...published, warnings: ['1 record is missing'], rolledBack: { from: 'r-9', at: '' } };
    expect(linesOf({ published: warned }).slice(1)).toEqual([
      expect.stringMatching(/run r-1; rolled back from r-9$/),
      '  warning      1 record is missing',
    ]);
  });
});

test('nothing is guessed of a run whose end nobody knows, or that has been quiet', () => {
  expect(openSentence(anOpenRun({ growing: true }), { now })).toBe(
    '174 pages so far and 10 ranges open, 50.0 pages/s',
  );
  const quiet = { pagesPerSecond: 50, requestsPerSecond: 50, lastAt: '2026-01-31T05:48:00.000Z' };
  expect(openSentence(anOpenRun({ pace: quiet }), { now })).toBe(
    '62 %, 174 of 277 pages, last page 12 min ago',
  );
});

test('messages in the DLQ that no document tells of are told of', () => {
  const queue = { waiting: 0, inFlight: 0, delayed: 0, dead: 2 };
  const told = /2 messages in the DLQ of crm, and nothing on its way: npx baseload dlq crm tells why/;
  expect(linesOf({ open: anOpenRun(), queue }).join('\n')).toMatch(told);
  expect(linesOf({ open: anOpenRun(), queue: { ...queue, inFlight: 1 } }).join('\n')).not.toMatch(told);
});

test('somebody must do something about what is blocked, stopped, refused or was not finished', () => {
  expect(isWrong({ ...name, published }, true)).toBe(false);
  expect(isWrong({ ...name, open: anOpenRun() }, true)).toBe(false);
  expect(isWrong({ ...name, open: anOpenRun() }, false)).toBe(true);
  expect(isWrong({ ...name, open: anOpenRun({ state: 'blocked' }) }, true)).toBe(true);
});

describe('a watch', () => {
  /** An environment whose run goes one step further each time that it is looked at. */
  async function environmentOf(
    steps: readonly ((lake: ReturnType<typeof memoryLake>) => Promise<unknown>)[],
  ) {
    const lake = memoryLake();
    let taken = 0;
    const environment: OpenEnvironment = {
      name: 'dev',
      lake: {
        ...lake,
        async get(key) {
          if (key.startsWith('runs/open/')) await steps[taken++]?.(lake);
          return lake.get(key);
        },
      },
      catalog: { follow: () => Promise.reject(new Error('nothing is published')) },
      queues: () => Promise.reject(new Error('nobody may ask the queue')),
      invoke: () => Promise.reject(new Error('nothing is called')),
      close: async () => {},
    };
    return environment;
  }
  const loading = () =>
    environmentOf([
      (lake) => claimDataset(lake, aRun, new Date(startOfTime)),
      (lake) => lake.put(planKey(aRun), JSON.stringify(aPlan())),
      async () => {},
      (lake) => writeRun(lake, aPlan()),
      async (lake) => {
        const claim = await lake.get('runs/open/geonames/cities.json');
        await lake.remove('runs/open/geonames/cities.json', claim?.etag ?? '');
      },
    ]);
  const watched = async (screen: Partial<NodeJS.WriteStream>, json = false) => {
    const written: string[] = [];
    const write = (text: string) => written.push(text) > 0;
    const signal = new AbortController().signal;
    const environment = await loading();
    const names = [{ source: 'geonames', dataset: 'cities' }];
    const options = {
      json,
      signal,
      pauseMilliseconds: 0,
      screen: { isTTY: false, columns: 80, ...screen, write },
    };
    const statuses = await watchStatus(environment, names, options);
    return { written, statuses };
  };

  test('says a line for each change where it cannot redraw, and ends when the run does', async () => {
    const { written, statuses } = await watched({ isTTY: false });
    const lines = written.map((line) => line.replace(/^\S+Z /, '').trimEnd());
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^geonames\/cities planning: since/),
      'geonames/cities loading: 0 %, 0 of 10 pages',
      'geonames/cities verifying: all 10 pages are there',
    ]);
    expect(lines).toHaveLength(5);
    expect(statuses[0]).toMatchObject({ failed: { state: 'unfinished' } });
  });

  test('redraws in place on a terminal, no wider than it, but for what stays', async () => {
    const { written } = await watched({ isTTY: true, columns: 30 });
    expect(written[1]?.startsWith('\u001b[2A\u001b[J')).toBe(true);
    for (const frame of written.slice(0, -1)) {
      const lines = frame
        .slice(frame.lastIndexOf('\u001b[J') + 1)
        .replace('[J', '')
        .split('\n');
      for (const line of lines) expect(line.length).toBeLessThan(30);
    }
  });

  test('gives programs an object for each change', async () => {
    const { written } = await watched({}, true);
    expect(written.map((line) => JSON.parse(line).open?.state)).toEqual([
      ...['planning', 'loading', 'verifying', undefined],
    ]);
  });
});
