import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runQuery, toObjects } from '../../../cli/query';
import { readParents } from '../../../core/plan/parents';
import { claimDataset } from '../../../core/run/claim';
import { manifestKey, planKey, stageKey } from '../../../core/run/keys';
import { readPointer } from '../../../core/run/publish/pointer';
import { toMetadata } from '../../../core/run/range/receipt';
import { reconcile } from '../../../core/run/reconcile';
import { repeatedKeys } from '../../../core/run/verify/repeated-keys';
import { tableOf } from '../../../core/shape/stage/table';
import type { RecordSlices } from '../../../core/source/slices';
import { MemoryObjects, memoryLake } from '../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../support/memory-page-queue';
import { nobodyListens } from '../../support/nobody-listens';
import { datasetOf } from '../shape/stage/every-type';
import { stageFiles } from '../shape/stage/stage-files';
import {
  aGrid,
  aPlan,
  aRange,
  aRun,
  noCuration,
  receiptOf,
  recordTelemetry,
  startOfTime,
  stillClock,
} from './run-fixture';

const files = stageFiles();
const folder = mkdtempSync(join(tmpdir(), 'neutralised-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = ["'=2", '+49', '=1+1', 'plain'];
const dataset = datasetOf(
  { id: { type: 'varchar' } },
  { format: { type: 'csv', compression: 'gzip', sorted: false, neutralise: true } },
);
const grid = { pages: 1, slicePages: 1, pagesPerRange: 1, total: texts.length };
const plan = aPlan({ ...tableOf(dataset), sequences: [aGrid(grid)], total: texts.length });
const { pagesPerRange, ...slicePages } = grid;
const range = aRange({ ...slicePages, index: 0, firstPage: 0 });

test('texts that were neutralised are what they were to all readers of the table, once it is published', async () => {
  const objects = new MemoryObjects();
  const lake = memoryLake(objects);
  await claimDataset(lake, aRun, new Date(startOfTime));
  await lake.put(planKey(plan), JSON.stringify(plan));
  const list = texts.map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
  const file = await files().write(`SELECT unnest([${list}]) AS id`, dataset);
  const metadata = toMetadata(receiptOf(plan, range));
  await lake.put(stageKey(plan, range), { file }, { metadata });

  const services = { lake, workFolder: folder, memoryMegabytes: 200 };
  const [report] = await reconcile({
    ...{ ...nobodyListens, lake, telemetry: recordTelemetry(), clock: stillClock() },
    pageQueue: async () => memoryPageQueue(new MemoryMessages()),
    curation: noCuration,
    findRepeatedKeys: (of, found) => repeatedKeys(of, found, services),
  });
  expect(report).toMatchObject({ state: 'published', records: texts.length });
  expect(JSON.parse(objects.text(manifestKey(plan)) ?? '')).toMatchObject(tableOf(dataset));

  const pointer = await readPointer(lake, aRun);
  if (!pointer) throw new Error('the run is published');
  for (const [key, { body }] of objects.objects) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), body);
  }
  const published = { ...pointer, folder: join(folder, pointer.location) };
  const queried = toObjects(await runQuery('select id from cities order by id', [published]));
  expect(queried.map(({ id }) => id)).toEqual(texts);

  const slices: RecordSlices = { type: 'records', dataset: 'cities', column: 'id', name: 'id' };
  const parents = await readParents([slices], { ...services, source: aRun.source });
  expect(parents.values.get(slices)).toEqual(texts);
});
