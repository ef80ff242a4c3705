import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plannedRanges } from '../../../core/plan/grid';
import type { Plan } from '../../../core/plan/plan';
import { claimDataset } from '../../../core/run/claim';
import { readCurated } from '../../../core/run/curate/curated';
import type { CurationEngine } from '../../../core/run/curate/curation-engine';
import { claimKey, expiringKey, manifestKey, planKey, reportKey } from '../../../core/run/keys';
import { readPointer } from '../../../core/run/publish/pointer';
import { readWatermark } from '../../../core/run/publish/watermark';
import { type ReconcileServices, reconcile } from '../../../core/run/reconcile';
import {
  type LakeCall,
  LakeFailure,
  type LakeFault,
  MemoryObjects,
  memoryLake,
} from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';
import { aPlan, aRun, recordTelemetry, startOfTime, stillClock, writeRange, writeRun } from './run-fixture';

const folder = mkdtempSync(join(tmpdir(), 'any-death-'));
afterAll(() => rmSync(folder, { recursive: true }));

let merges = 0;

/** Lists its inputs in two files. */
const curation: CurationEngine = {
  async *merge({ inputs }) {
    const file = join(folder, `part-${merges++}`);
    for (const half of [inputs.slice(0, 2), inputs.slice(2)]) {
      const text = half.map(({ key }) => key).join('\n');
      writeFileSync(file, text);
      const records = half.reduce((sum, input) => sum + input.records, 0);
      yield { file, bytes: text.length, records };
    }
    return { rows: 950, keys: 950, checksum: 'c' };
  },
};

/** What others have been told by the processes over a lake. */
interface Told {
  readonly events: string[];
  readonly tables: string[];
}

const tellings = new WeakMap<MemoryObjects, Told>();

function toldOf(objects: MemoryObjects): Told {
  const told = tellings.get(objects) ?? { events: [], tables: [] };
  tellings.set(objects, told);
  return told;
}

/** A process over a lake that dies at one of its calls, before or after it took effect: no later call of it happens. */
function mortal(
  objects: MemoryObjects,
  messages: MemoryMessages,
  dies: { at: number; how: LakeFault } | undefined,
) {
  let calls = 0;
  const isOver = () => dies !== undefined && calls > dies.at;
  const turn = async (call: LakeCall) => {
    if (isOver()) throw new LakeFailure(call, 'before');
  };
  const fault = () => (calls++ === dies?.at ? dies.how : undefined);
  const lake = memoryLake(objects, { turn, fault });
  const alive = async (act: () => unknown) => {
    if (isOver()) throw new Error('the process is dead');
    act();
  };
  const told = toldOf(objects);
  const services: ReconcileServices = {
    ...nobodyListens,
    events: { emit: ({ detail }) => alive(() => told.events.push(detail.eventId)) },
    catalog: { follow: ({ runId }) => alive(() => told.tables.push(runId)) },
    lake,
    curation,
    clock: stillClock(),
    telemetry: recordTelemetry(),
    findRepeatedKeys: async () => undefined,
    pageQueue: async () => memoryPageQueue(messages),
    writeReport: ({ plan, state }) => lake.put(reportKey(plan), `report of a run that was ${state}`),
  };
  return { reconcile: () => reconcile(services), isDead: isOver };
}

/** The lake without what differs from attempt to attempt, without the files of attempts that lost, and without what goes with the tags. */
async function outcome(objects: MemoryObjects): Promise<Record<string, string>> {
  const attempt = (await readCurated(memoryLake(objects), aRun))?.attempt ?? 'none';
  const keys = objects
    .keys()
    .filter((key) => !key.startsWith('tables/geonames/cities/run=') || key.includes(attempt))
    .filter((key) => key !== expiringKey(aRun));
  const { events, tables } = toldOf(objects);
  return {
    ...Object.fromEntries(
      keys.map((key) => [key, objects.text(key) ?? ''].map((text) => text.replaceAll(attempt, 'attempt'))),
    ),
    // At least once.
    events: [...new Set(events)].join(),
    tables: [...new Set(tables)].join(),
  };
}

async function prepared(plan: Plan, missing: number): Promise<MemoryObjects> {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  await claimDataset(lake, aRun, new Date(startOfTime));
  if (missing === 0) await writeRun(lake, plan);
  else {
    await lake.put(planKey(plan), JSON.stringify(plan));
    for (const range of plannedRanges(plan)) if (range.index > missing) await writeRange(lake, plan, range);
  }
  return objects;
}

describe.each([
  ['curated', aPlan({ curate: { targetMegabytes: 128 } }), 'published', 'RunPublished'],
  ['published as it is', aPlan(), 'published', 'RunPublished'],
  ['refused', aPlan({ total: 951 }), 'refused', 'RunFailed'],
  ['a trial', aPlan({ subset: true }), 'verified', undefined],
] as const)('a run that is %s, in whatever call its reconcile dies', (_, plan, state, event) => {
  it.each(['before', 'after'] as const)('ends the same: %s the call took effect', async (how) => {
    const undisturbed = await prepared(plan, 0);
    await mortal(undisturbed, new MemoryMessages(), undefined).reconcile();
    const expected = await outcome(undisturbed);
    expect(expected[reportKey(plan)]).toBe(`report of a run that was ${state}`);
    expect(expected[claimKey(plan)]).toBeUndefined();
    expect(expected.events).toBe(event === undefined ? '' : `${event}/geonames/cities/${aRun.runId}`);
    expect(expected.tables).toBe(state === 'published' ? aRun.runId : '');
    expect(undisturbed.tags.size).toBe(state === 'refused' ? 4 : 0);

    let at = 0;
    for (let died = true; died; at++) {
      const objects = await prepared(plan, 0);
      const first = mortal(objects, new MemoryMessages(), { at, how });
      await first.reconcile().catch(() => {});
      died = first.isDead();
      await mortal(objects, new MemoryMessages(), undefined).reconcile();
      expect(await outcome(objects)).toEqual(expected);
      // Tags that a death has kept from being set are a prune's business; nothing else ever has one, and none is set before the note of it.
      if (state !== 'refused') expect(objects.keys()).not.toContain(expiringKey(aRun));
      if (objects.tags.size > 0) expect(objects.keys()).toContain(expiringKey(aRun));
    }
    expect(at).toBeGreaterThan(20);
  });

  it('ends the same when two reconcile it at once, one of which dies', async () => {
    const undisturbed = await prepared(plan, 0);
    await mortal(undisturbed, new MemoryMessages(), undefined).reconcile();
    const expected = await outcome(undisturbed);
    for (let at = 0; at < 60; at++) {
      const objects = await prepared(plan, 0);
      const first = mortal(objects, new MemoryMessages(), { at, how: 'after' });
      const second = mortal(objects, new MemoryMessages(), undefined);
      await Promise.all([first.reconcile().catch(() => {}), second.reconcile().catch(() => {})]);
      await mortal(objects, new MemoryMessages(), undefined).reconcile();
      expect(await outcome(objects)).toEqual(expected);
    }
  });
});

it('enqueues what is missing sooner or later, in whatever call its reconcile dies', async () => {
  const plan = aPlan();
  let at = 0;
  for (let died = true; died; at++) {
    const objects = await prepared(plan, 1);
    const messages = new MemoryMessages();
    const first = mortal(objects, messages, { at, how: 'after' });
    await first.reconcile().catch(() => {});
    died = first.isDead();
    const again = mortal(objects, messages, undefined);
    await again.reconcile();
    const asked = new Set(messages.waiting.map(({ message }) => message.range.index));
    // Whoever took a round and died before it sent anything is waited for.
    if (asked.size > 0) expect([...asked].sort()).toEqual([0, 1]);
    else expect(objects.keys().filter((key) => key.includes('/enqueued/'))).toHaveLength(1);
    for (const range of plannedRanges(plan)) await writeRange(memoryLake(objects), plan, range);
    messages.waiting = [];
    await again.reconcile();
    const lake = memoryLake(objects);
    expect(await readPointer(lake, aRun)).toMatchObject({ runId: aRun.runId, records: 950 });
    expect(await readWatermark(lake, aRun)).toMatchObject({ runId: aRun.runId });
    expect(objects.text(manifestKey(plan))).toContain('"problems":[]');
  }
  expect(at).toBeGreaterThan(5);
});
