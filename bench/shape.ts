/**
 * Measures shaping on a million generated orders: 20 ranges of 100 pages of 500 records with 23 columns, one thread, in CPU seconds of
 * the whole process, each range in turn with JSON.parse alone over the same bytes. Prints JSON lines.
 */

import { fork } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compress } from '../core/run/range/gzip';
import { openDuckDB } from '../core/shape/duckdb';
import { openShaper, type Shaper } from '../core/shape/shape-range';
import type { Dataset } from '../core/source/source';
import {
  orders,
  ordersAsCsv,
  ordersAsJsonLines,
  origins,
  pagesPerRange,
  recordsPerPage,
  recordsPerRange,
  transformedOrders,
  writeOrders,
} from './support/orders';
import { median, print } from './support/print';

const ranges = 20;
/** Of what is only reported. */
const fewRanges = 5;
/** A third of a worker's memory, as the worker gives it. */
const memoryMegabytes = 590;
const runId = '2026-01-31t03-00-00-000z';

void main();

async function main(): Promise<void> {
  if (process.argv[2] === 'memory') return reportMemory(process.argv.slice(3));
  const folder = mkdtempSync(join(tmpdir(), 'bench-shape-'));
  try {
    const files = Array.from({ length: ranges }, (_, range) => writeOrders(folder, range));
    const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder });
    const shape = (dataset: Dataset) => (pagesFile: string) =>
      shaper.shape({ dataset, runId, origins, ...filesOf(folder, pagesFile) });
    const raw = (pagesFile: string) => compress(pagesFile, join(folder, 'raw'));

    await report('shape/parquet-zstd', files, shape(orders));
    await report('shape/parquet-zstd-with-raw', files, async (file) => {
      await raw(file);
      await shape(orders)(file);
    });
    const few = files.slice(0, fewRanges);
    const unfit = few.map((_, range) => writeOrders(folder, range, 0.01));
    await report('shape/transform', few, shape(transformedOrders));
    await report('shape/1-percent-unfit', unfit, shape(orders));
    await report('shape/jsonl-gzip', few, shape(ordersAsJsonLines));
    await report('shape/csv-gzip', few, shape(ordersAsCsv));
    for (const level of [1, 2, 3, 6]) {
      const to = join(folder, 'raw');
      const facts = { bytes: 0 };
      await report(`shape/raw-gzip-${level}`, few, async (file) => {
        await pipeline(createReadStream(file), createGzip({ level }), createWriteStream(to));
        facts.bytes = statSync(file).size / statSync(to).size;
      });
      print(`shape/raw-gzip-${level}/compression`, facts.bytes, 'x', {});
    }
    await reportSize(shaper, folder, few);
    await shaper.close();
    await inItsOwnProcess(folder, files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder: string, pagesFile: string) {
  return { pagesFile, stageFile: join(folder, 'stage'), quarantineFile: join(folder, 'quarantine') };
}

/** Once before it counts, so that code is compiled; then in pairs, so that what else the machine does weighs on both. */
async function report(
  name: string,
  files: readonly string[],
  work: (pagesFile: string) => Promise<unknown>,
): Promise<void> {
  for (const file of files.slice(0, 1)) await work(file);
  const ratios: number[] = [];
  let seconds = 0;
  let parseSeconds = 0;
  for (const file of files) {
    const bodies = bodiesOf(file);
    const parsing = await cpuSeconds(() => {
      for (const body of bodies) JSON.parse(body.toString('utf8'));
    });
    const working = await cpuSeconds(() => work(file));
    ratios.push(parsing / working);
    seconds += working;
    parseSeconds += parsing;
  }
  print(`${name}/vs-json-parse`, median(ratios), 'x', {
    recordsPerCpuSecond: Math.round((files.length * recordsPerRange) / seconds),
    jsonParseRecordsPerCpuSecond: Math.round((files.length * recordsPerRange) / parseSeconds),
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    ranges: files.length,
    pagesPerRange,
    recordsPerPage,
    columns: Object.keys(orders.columns).length,
    bytesPerRecord: Math.round(statSync(files[0] ?? '').size / recordsPerRange),
  });
}

function bodiesOf(file: string): Buffer[] {
  const text = readFileSync(file, 'utf8').trimEnd();
  return text.split('\n').map((body) => Buffer.from(body));
}

async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Against the same rows as another DuckDB writes them with nothing but COMPRESSION zstd. */
async function reportSize(shaper: Shaper, folder: string, files: readonly string[]): Promise<void> {
  const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder });
  const ours: number[] = [];
  const reference: number[] = [];
  for (const pagesFile of files) {
    const { stageFile } = filesOf(folder, pagesFile);
    await shaper.shape({ dataset: orders, runId, origins, ...filesOf(folder, pagesFile) });
    const again = `${pagesFile}.parquet`;
    await duckdb.connection.run(
      `COPY (FROM read_parquet('${stageFile}')) TO '${again}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    ours.push(statSync(stageFile).size);
    reference.push(statSync(again).size);
    rmSync(again);
  }
  await duckdb.close();
  const sum = (bytes: readonly number[]) => bytes.reduce((total, one) => total + one, 0);
  print('shape/size-vs-reference', sum(ours) / sum(reference), 'x', {
    reference: "DuckDB's defaults, zstd",
    bytesPerRecord: sum(ours) / (files.length * recordsPerRange),
  });
}

/** All ranges in a process that does nothing else, as a worker would. */
async function inItsOwnProcess(folder: string, files: readonly string[]): Promise<void> {
  const child = fork(__filename, ['memory', folder, ...files], { execArgv: ['-r', 'tsx/cjs'] });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`measuring the memory ended with ${code}`);
}

async function reportMemory([folder = '', ...files]: readonly string[]): Promise<void> {
  const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder });
  const peaks: number[] = [];
  for (const pagesFile of files) {
    await compress(pagesFile, join(folder, 'raw'));
    await shaper.shape({ dataset: orders, runId, origins, ...filesOf(folder, pagesFile) });
    peaks.push(Math.round(process.resourceUsage().maxRSS / 1024));
  }
  await shaper.close();
  print('shape/peak-rss-mb', Math.max(...peaks), 'MB', { afterEachRange: peaks, memoryMegabytes });
}
