import { readClaim } from '../../core/run/claim';
import { planKey, pointerKey } from '../../core/run/keys';
import { pointerSchema, readPointer } from '../../core/run/publish/pointer';
import { observe, type Told } from './observe';
import type { QuayStack } from './quay-stack';
import { openQuietQuay, type QuietQuay, quayAlarms } from './quiet-quay';

// What cannot happen here is left to made-up samples, in test/lib/monitoring/one-fault-one-alarm.test.ts: that Lambda throttles, that the Scheduler finds no
// function, workers that take minutes, a reconcile that is not invoked.

/** Minutes that the datasets have from their schedule until they should be published. */
const deadline = 60;
/** Longer than an alarm stays that tells how a run has ended. */
const afterwards = 130;
const pages = 16;
const pageSize = 5;

let stack: QuayStack;
let quiet: QuietQuay['quiet'];

beforeAll(async () => {
  ({ stack, quiet } = await openQuietQuay());
}, 60_000);
afterAll(() => stack?.close());
beforeEach(() => {
  stack.api.behave();
  stack.api.answersEachMinute = Number.POSITIVE_INFINITY;
  stack.api.pages = pages;
});

const watch = (happens: () => Promise<unknown>) =>
  observe({ tape: stack.tape, alarms: quayAlarms, before: quiet }, happens);

const nothing: Told = { raised: [], pages: [] };
/** One alarm, and one page for it, which ends when the fault has. */
const one = (alarm: string, page = 'quay'): Told => ({
  raised: [alarm],
  pages: [`${page} ALARM`, `${page} OK`],
});

const publishedRun = async (dataset: string) =>
  (await readPointer(stack.lake, { source: 'quay', dataset }))?.runId;

describe('nobody is told of', () => {
  test('a load that goes well', async () => {
    const { told, sum } = await watch(async () => {
      await stack.load('ships', 'published');
      await stack.minutes(35);
    });
    expect(told).toEqual(nothing);
    expect(sum('RunPublished')).toBe(1);
  });

  test('one that takes nearly until its deadline', async () => {
    stack.api.pages = 32;
    stack.api.answersEachMinute = 1;
    const { told, minutes } = await watch(() => stack.load('ships', 'published'));
    expect(minutes).toBeGreaterThan(0.75 * deadline);
    expect(minutes).toBeLessThan(deadline);
    expect(told).toEqual(nothing);
  });

  test('a source that asks to wait now and then', async () => {
    stack.api.misbehave(({ page, times }) =>
      page % 4 === 0 && times === 1 ? { status: 429, retryAfter: 1 } : undefined,
    );
    const { told, sum } = await watch(async () => {
      await stack.load('ships', 'published');
      await stack.minutes(35);
    });
    expect(told).toEqual(nothing);
    expect(sum('Throttled')).toBeGreaterThan(0);
  });

  test('a start that fails, and that Lambda makes good a minute later', async () => {
    stack.api.misbehave(({ page, times }) => (page === 1 && times === 1 ? { status: 404 } : undefined));
    const { told, sum } = await watch(async () => {
      await stack.load('pilots', 'published');
      await stack.minutes(35);
    });
    expect(told).toEqual(nothing);
    expect([sum('Errors'), sum('AsyncEventsDropped'), sum('RunPublished')]).toEqual([1, 0, 1]);
  });
});

describe('somebody is told once of', () => {
  test('pages that the source refuses in the middle of a load', async () => {
    stack.api.misbehave(({ page }) => (page >= 7 && page <= 9 ? { status: 401 } : undefined));
    const { told } = await watch(async () => {
      await stack.load('ships', 'blocked');
      await stack.minutes(40);
      stack.api.behave();
      await stack.queues.dead.startMove();
      await stack.until('ships', 'published');
      await stack.minutes(20);
    });
    expect(told).toEqual(one('quay-dead-letters'));
  });

  test('a first page that cannot be had, however often fan-out is tried', async () => {
    stack.api.misbehave(() => ({ status: 404 }));
    const { told, sum } = await watch(async () => {
      stack.start('ships');
      await stack.minutes(afterwards);
    });
    expect(told).toEqual(one('quay-fan-out-errors'));
    expect([sum('Errors'), sum('AsyncEventsDropped')]).toEqual([3, 1]);
  });

  test('workers that are killed, each range once', async () => {
    stack.api.pages = 48;
    stack.api.answersEachMinute = 3;
    stack.api.misbehave(({ times }) => (times === 1 ? { also: () => ({ deadly: true }) } : undefined));
    const { told, sum } = await watch(async () => {
      await stack.load('cargo', 'published');
      await stack.minutes(60);
    });
    expect(told).toEqual(one('quay-worker-errors'));
    expect(sum('Errors')).toBeGreaterThanOrEqual(16);
  });

  test('a load that takes longer than its deadline', async () => {
    // Of the dataset that no test loads again: one with fewer records would be refused for that.
    stack.api.pages = 110;
    stack.api.answersEachMinute = 1;
    const { told, minutes } = await watch(async () => {
      await stack.load('cargo', 'published');
      await stack.minutes(10);
    });
    expect(minutes).toBeGreaterThan(deadline);
    expect(told).toEqual(one('quay-queue-age'));
  });

  test('more in quarantine than is allowed', async () => {
    stack.api.misbehave(() => ({ also: (id) => (id % 10 === 0 ? { length: 'n/a' } : {}) }));
    const { told } = await watch(() => refused('ships'));
    expect(told).toEqual(one('quay-ships-quarantine'));
  });

  test('a source that never stands still', async () => {
    let gone = 0;
    stack.api.misbehave(() => {
      gone += pageSize;
      return { gone, records: pages * pageSize + (gone % 7) };
    });
    const { told } = await watch(() => refused('ships'));
    expect(told).toEqual(one('quay-ships-drift'));
  });

  test('a source that holds fewer records than it says', async () => {
    stack.api.misbehave(() => ({ total: pages * pageSize + 3 }));
    const { told } = await watch(() => refused('ships'));
    expect(told).toEqual(one('quay-ships-incomplete'));
  });

  /** A run that is not published, and the time after it. */
  async function refused(dataset: string): Promise<void> {
    await stack.load(dataset, 'refused');
    await stack.minutes(afterwards);
  }

  test('a plan that reconcile cannot read, while another dataset is published', async () => {
    const ships = { source: 'quay', dataset: 'ships' };
    const before = await publishedRun('pilots');
    stack.api.answersEachMinute = 1;
    const { told, sum } = await watch(async () => {
      stack.start('ships');
      await stack.minutes(2);
      const { runId = '' } = (await readClaim(stack.lake, ships)) ?? {};
      const key = planKey({ ...ships, runId });
      const { text = '' } = (await stack.lake.get(key)) ?? {};
      expect(JSON.parse(text)).toMatchObject({ runId });
      await stack.lake.put(key, text.slice(0, -10));
      stack.api.answersEachMinute = Number.POSITIVE_INFINITY;
      stack.start('pilots');
      await stack.minutes(60);
      expect(await publishedRun('pilots')).not.toBe(before);
      await stack.lake.put(key, text);
      await stack.until('ships', 'published');
      await stack.minutes(30);
    });
    // Its own source's page: the pipeline is well, and mutes nobody.
    expect(told).toEqual(one('quay-ships-stuck'));
    expect(sum('RunStuck')).toBeGreaterThanOrEqual(60);
  });

  test('a dataset that was last loaded two days ago', async () => {
    const key = pointerKey({ source: 'quay', dataset: 'pilots' });
    const { text = '' } = (await stack.lake.get(key)) ?? {};
    const at = new Date(Date.now() - 48 * 3_600_000).toISOString();
    const old = { runId: at.toLowerCase().replaceAll(/[:.]/g, '-'), watermark: at, publishedAt: at };
    const { told } = await watch(async () => {
      await stack.lake.put(key, JSON.stringify({ ...pointerSchema.parse(JSON.parse(text)), ...old }));
      await stack.minutes(80);
      await stack.lake.put(key, text);
      await stack.minutes(10);
    });
    expect(told).toEqual(one('quay-pilots-late'));
  });
});
