import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShaper, type Shaper } from '../core/shape/shape-range';
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  integer,
  json,
  timestamp,
  varchar,
} from '../core/source/columns';
import type { Dataset } from '../core/source/source';

/**
 * Measures the shaping of one range, 100 pages of 500 order-like records, in CPU seconds of the whole process, against JSON.parse
 * of the same bytes right before it. Prints JSON lines. Run: npx tsx bench/shape.ts
 */
const pages = 100;
const recordsPerPage = 500;
const rounds = 9;
const memoryMegabytes = 300;
const origins = Array.from({ length: pages }, (_, page) => ({ slice: 'all', page, parameters: {} }));

const orders: Dataset = {
  name: 'orders',
  request: { method: 'GET', path: '/orders', query: {}, headers: {}, weight: 1, statuses: {} },
  slices: [],
  pagination: {
    type: 'page-number',
    pageSize: recordsPerPage,
    firstPage: 1,
    pageParameter: { in: 'query', name: 'page' },
    sizeParameter: { in: 'query', name: 'per_page' },
    total: { type: 'body', path: 'meta.total', counts: 'records' },
  },
  records: 'data',
  key: ['id'],
  columns: {
    id: bigint(),
    orderNumber: varchar('order_number'),
    status: varchar(),
    customerId: bigint('customer.id'),
    customerName: varchar('customer.name'),
    customerEmail: varchar('customer.email'),
    currency: varchar(),
    total: decimal(12, 2),
    tax: decimal(12, 2),
    discount: decimal(12, 2),
    items: integer('items_count'),
    weight: double(),
    isGift: boolean('is_gift'),
    isPaid: boolean('is_paid'),
    createdAt: timestamp('created_at'),
    updatedAt: timestamp('updated_at'),
    deliveryDate: date('delivery_date'),
    street: varchar('shipping.street'),
    city: varchar('shipping.city'),
    postcode: varchar('shipping.postcode'),
    note: varchar(),
    latitude: double(),
    longitude: double(),
  },
  maxQuarantinedRatio: 0,
  keepRaw: false,
};

/** The same with one json column, which costs a second parse of each record. */
const withJson: Dataset = { ...orders, columns: { ...orders.columns, tags: json() } };

interface Files {
  readonly pagesFile: string;
  readonly stageFile: string;
  readonly quarantineFile: string;
}

interface Measurement {
  readonly ratio: number;
  readonly seconds: number;
  readonly parseSeconds: number;
}

void main();

async function main(): Promise<void> {
  if (process.argv[2] === 'memory') return reportMemory(process.argv[3] ?? '');
  const folder = mkdtempSync(join(tmpdir(), 'bench-shape-'));
  try {
    const clean = filesOf(folder, 'clean', 0);
    const unclean = filesOf(folder, 'unclean', 0.01);
    const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder });
    report('shape/parquet-zstd/vs-json-parse', await compare(shaper, orders, clean), clean);
    report('shape/parquet-zstd-json-column/vs-json-parse', await compare(shaper, withJson, clean), clean);
    report(
      'shape/parquet-zstd-1-percent-unfit/vs-json-parse',
      await compare(shaper, orders, unclean),
      unclean,
    );
    await shaper.close();
    await inItsOwnProcess(clean.pagesFile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder: string, name: string, unfitRatio: number): Files {
  const pagesFile = join(folder, `${name}.jsonl`);
  const random = generator(42);
  const bodies = Array.from({ length: pages }, (_, page) => pageBody(page, random, unfitRatio));
  writeFileSync(pagesFile, `${bodies.join('\n')}\n`);
  return {
    pagesFile,
    stageFile: join(folder, 'stage.parquet'),
    quarantineFile: join(folder, 'quarantine.gz'),
  };
}

/** Pairs, so that what else the machine does weighs on both. */
async function compare(shaper: Shaper, dataset: Dataset, files: Files): Promise<Measurement> {
  const bodies = pageBytes(files.pagesFile);
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const parseSeconds = await cpuSeconds(() => {
      for (const body of bodies) JSON.parse(body.toString('utf8'));
    });
    const seconds = await cpuSeconds(() => shaper.shape({ dataset, origins, ...files }));
    measurements.push({ ratio: parseSeconds / seconds, seconds, parseSeconds });
  }
  return {
    ratio: median(measurements.map(({ ratio }) => ratio)),
    seconds: median(measurements.map(({ seconds }) => seconds)),
    parseSeconds: median(measurements.map(({ parseSeconds }) => parseSeconds)),
  };
}

async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Ten ranges in a process that does nothing else, as a worker would. */
async function inItsOwnProcess(pagesFile: string): Promise<void> {
  const child = fork(__filename, ['memory', pagesFile], { execArgv: process.execArgv });
  await new Promise((resolve) => child.on('exit', resolve));
}

async function reportMemory(pagesFile: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-shape-'));
  try {
    const files = { pagesFile, stageFile: join(folder, 'stage'), quarantineFile: join(folder, 'quarantine') };
    const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder });
    for (let range = 0; range < 10; range += 1) await shaper.shape({ dataset: orders, origins, ...files });
    await shaper.close();
    print('shape/peak-rss-mb', process.resourceUsage().maxRSS / 1024, 'MB', { ranges: 10, memoryMegabytes });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(name: string, { ratio, seconds, parseSeconds }: Measurement, { pagesFile }: Files): void {
  print(name, ratio, 'x', {
    records: pages * recordsPerPage,
    columns: Object.keys(orders.columns).length,
    bytesPerRecord: Math.round(statSync(pagesFile).size / (pages * recordsPerPage)),
    cpuSeconds: seconds,
    jsonParseCpuSeconds: parseSeconds,
    rounds,
  });
}

function print(name: string, value: number, unit: string, context: Record<string, unknown>): void {
  const machine = { node: process.version, cpu: cpus()[0]?.model };
  console.log(
    JSON.stringify({ name, value: Number(value.toFixed(3)), unit, context: { ...context, ...machine } }),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function pageBytes(file: string): Buffer[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((body) => Buffer.from(body));
}

function pageBody(page: number, random: () => number, unfitRatio: number): string {
  const first = page * recordsPerPage + 1;
  const data = Array.from({ length: recordsPerPage }, (_, at) => order(first + at, random, unfitRatio));
  return JSON.stringify({ meta: { total: 1_000_000 }, data });
}

function order(id: number, random: () => number, unfitRatio: number): unknown {
  const pick = (...values: string[]) => values[Math.floor(random() * values.length)];
  const created = new Date(1.7e12 + id * 61_000 + Math.floor(random() * 1000)).toISOString();
  return {
    id: random() < unfitRatio ? 'unknown' : id,
    order_number: `SO-${id}`,
    status: pick('open', 'paid', 'shipped', 'cancelled'),
    customer: {
      id: Math.floor(random() * 1e6),
      name: `${pick('Anna', 'Björn', 'Chloé', 'Dmitri')} ${pick('Müller', 'Smith', 'García')}`,
      email: `user${Math.floor(random() * 1e6)}@example.com`,
    },
    currency: pick('EUR', 'USD', 'GBP'),
    total: (random() * 1000).toFixed(2),
    tax: (random() * 100).toFixed(2),
    discount: random() < 0.2 ? (random() * 10).toFixed(2) : null,
    items_count: Math.floor(random() * 20),
    weight: Math.round(random() * 50_000) / 1000,
    is_gift: random() < 0.1,
    is_paid: random() < 0.8,
    created_at: created,
    updated_at: created.replace('Z', '+02:00'),
    delivery_date: created.slice(0, 10),
    shipping: {
      street: `${pick('Hauptstraße', 'Main St', 'Rue de la Paix')} ${Math.floor(random() * 200)}`,
      city: pick('Berlin', 'Paris', 'London', 'Łódź'),
      postcode: String(10_000 + Math.floor(random() * 80_000)),
    },
    note: random() < 0.3 ? '' : `please leave the parcel with the neighbour ${id}`,
    tags: ['web', 'repeat'],
    latitude: Math.round(random() * 9e7) / 1e6,
    longitude: Math.round(random() * 18e7) / 1e6,
  };
}

/** Park and Miller's generator: the same data in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
