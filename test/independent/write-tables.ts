/**
 * Shapes records of every type into every format, and writes beside the files what an independent reader must find in them: run by
 * read-tables.sh, which hands the folder to read_tables.py. The expectations come from the records, not from the files.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openShaper } from '../../core/shape/shape-range';
import { tableOf } from '../../core/shape/stage/table';
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  hugeint,
  integer,
  json,
  list,
  map,
  struct,
  time,
  timestamp,
  uuid,
  varchar,
} from '../../core/source/columns';
import { defineSource } from '../../core/source/define-source';
import type { Dataset } from '../../core/source/source';

const pages = 10;
const recordsPerPage = 500;

const columns = {
  id: bigint(),
  yes: boolean(),
  small: integer(),
  huge: hugeint(),
  price: decimal(38, 10),
  ratio: double(),
  text: varchar({ verbatim: true }),
  guid: uuid(),
  day: date(),
  clock: time(),
  moment: timestamp(),
  epoch: timestamp({ format: 'epoch-millis' }),
  document: json(),
  numbers: list(bigint()),
  person: struct({ name: varchar(), balance: decimal(12, 2) }),
  counts: map(bigint()),
};

const source = defineSource({
  name: 'readers',
  baseUrl: 'http://127.0.0.1:4010',
  auth: { type: 'none' },
  limits: { requestsPerSecond: 10 },
  datasets: [
    aDataset('parquet-zstd', { type: 'parquet' }),
    aDataset('parquet-snappy', { type: 'parquet', compression: 'snappy', rowGroupSize: 2048, sorted: true }),
    aDataset('parquet-gzip', { type: 'parquet', compression: 'gzip' }),
    aDataset('jsonl-gzip', { type: 'jsonl' }),
    aDataset('jsonl-zstd', { type: 'jsonl', compression: 'zstd' }),
    aDataset('csv-gzip', { type: 'csv' }),
  ],
});

function aDataset(name: string, format: object) {
  return {
    name,
    request: { path: '/records' },
    pagination: { type: 'single' },
    records: 'data',
    key: ['id'],
    columns,
    lineage: true,
    format,
    // The options are checked when the source is defined
  } as never;
}

/** Texts that readers have been seen to trip over. */
const texts = [
  '',
  ' padded ',
  'plain',
  'a "quoted" text',
  'a,comma',
  'two\nlines',
  'back\\slash',
  '=1+1',
  "it's",
  'tab\there',
  'naïve café – Łódź – 東京 – 👩‍🚀',
  'null',
  'NULL',
  '\\N',
  'x'.repeat(5000),
];

function record(id: number): Record<string, unknown> {
  const sometimes = <T>(value: T) => (id % 7 === 3 ? null : value);
  const second = new Date(Date.UTC(1901, 0, 1) + id * 86_399_000 * 7);
  return {
    id: String(9_007_199_254_740_993n + BigInt(id)),
    yes: sometimes(id % 2 === 0),
    small: sometimes(id % 2 === 0 ? -2_147_483_648 + id : 2_147_483_647 - id),
    huge: sometimes(
      `${id % 2 === 0 ? '-' : ''}9999999999999999999999999999999999${String(id).padStart(4, '0')}`,
    ),
    price: sometimes(`${id}234567890123456789012.${String(id).padStart(4, '0')}567891`),
    ratio: sometimes(id / 7),
    text: sometimes(texts[id % texts.length]),
    guid: sometimes(`123e4567-e89b-12d3-a456-${String(id).padStart(12, '0')}`),
    day: sometimes(second.toISOString().slice(0, 10)),
    clock: sometimes(second.toISOString().slice(11, 19)),
    moment: sometimes(`${second.toISOString().slice(0, 19)}.${String(id).padStart(6, '0')}+02:00`),
    epoch: sometimes(second.getTime()),
    document: sometimes({ id, nested: [null, { text: texts[id % texts.length] }] }),
    numbers: sometimes([String(9_007_199_254_740_993n + BigInt(id)), null, id]),
    person: sometimes({ name: `Ł ${id}`, balance: `${id}.25` }),
    counts: sometimes({ [`key ${id}`]: id, other: null }),
  };
}

async function main(folder: string): Promise<void> {
  const records = Array.from({ length: pages * recordsPerPage }, (_, id) => record(id));
  const pagesFile = join(folder, 'pages');
  const bodies = Array.from({ length: pages }, (_, page) =>
    JSON.stringify({ data: records.slice(page * recordsPerPage, (page + 1) * recordsPerPage) }),
  );
  writeFileSync(pagesFile, `${bodies.join('\n')}\n`);
  writeFileSync(join(folder, 'records.json'), JSON.stringify(records));
  const shaper = await openShaper({ memoryMegabytes: 400, temporaryDirectory: folder });
  const datasets: readonly Dataset[] = source.datasets;
  for (const dataset of datasets) {
    const { extension, columns } = tableOf(dataset);
    mkdirSync(join(folder, dataset.name));
    const shaped = await shaper.shape({
      dataset,
      runId: '2026-01-31t03-00-00-000z',
      pagesFile,
      origins: bodies.map((_, page) => ({
        slice: 'all',
        page,
        parameters: {},
        fetchedAt: '2026-01-31T03:00:00.000Z',
      })),
      stageFile: join(folder, dataset.name, `all-00000000.${extension}`),
      quarantineFile: join(folder, 'quarantine'),
    });
    if (shaped.staged !== records.length)
      throw new Error(`${dataset.name}: ${shaped.staged} of ${records.length} records were staged`);
    writeFileSync(join(folder, dataset.name, 'table.json'), JSON.stringify({ extension, columns }));
  }
  await shaper.close();
}

void main(process.argv[2] ?? '');
