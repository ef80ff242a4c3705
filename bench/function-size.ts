/**
 * What a worker takes for a page range, with a third of each memory size for DuckDB as the worker gives it: CPU seconds and the largest resident
 * size, of a small range (2,500 orders) and a large one (50,000), shaped to Parquet and kept as received. A process for each, so that none
 * has what another left. Lambda gives CPU in proportion to memory, one virtual CPU at 1,769 MB, and shaping runs on one thread: so a second of
 * CPU takes 1,769 / memory seconds there, and no less than one. Prints JSON lines.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prices } from '../core/forecast/prices';
import { compress } from '../core/run/range/gzip';
import { openShaper } from '../core/shape/shape-range';
import { orders, origins, recordsPerPage, writeOrders } from './support/orders';
import { median, print } from './support/print';

const megabytes = [512, 1024, 1769, 3008];
const wholeCpu = 1769;
const rangePages = { small: 5, large: origins.length };
const times = 5;

void (process.argv[2] === 'child' ? shapeOnce(process.argv.slice(3)) : main());

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-function-size-'));
  try {
    const all = writeOrders(folder, 0);
    for (const [name, pages] of Object.entries(rangePages)) {
      const file = join(folder, `${name}.jsonl`);
      writeFileSync(file, `${readFileSync(all, 'utf8').split('\n').slice(0, pages).join('\n')}\n`);
      for (const memory of megabytes) await report(name, { folder, file, pages, memory });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Size {
  readonly folder: string;
  readonly file: string;
  readonly pages: number;
  readonly memory: number;
}

interface Took {
  /** Of the range, without what it takes to begin. */
  readonly cpuSeconds: number;
  /** Megabytes. */
  readonly rss: number;
}

async function report(name: string, size: Size): Promise<void> {
  const took: Took[] = [];
  const figure = `function-size/${name}-range-at-${size.memory}-mb`;
  const range = {
    records: size.pages * recordsPerPage,
    receivedMegabytes: statSync(size.file).size / 1e6,
  };
  for (let time = 0; time < times; time++) {
    const one = await inItsOwnProcess(size);
    if (one === 'too big') return print(`${figure}-does-not-fit`, 1, '', range);
    took.push(one);
  }
  const cpuSeconds = median(took.map((one) => one.cpuSeconds));
  const seconds = cpuSeconds * Math.max(1, wholeCpu / size.memory);
  print(figure, seconds, 's', {
    cpuSeconds,
    rssMegabytes: Math.round(Math.max(...took.map(({ rss }) => rss))),
    dollarsPerMillionRanges: 1e6 * seconds * (size.memory / 1024) * prices.lambdaGigabyteSecond.dollars,
    ...range,
    times,
  });
}

async function inItsOwnProcess({ folder, file, pages, memory }: Size): Promise<Took | 'too big'> {
  const args = ['child', folder, file, String(pages), String(memory)];
  const execArgv = ['-r', 'tsx/cjs', `--max-old-space-size=${memory}`];
  const child = fork(__filename, args, { execArgv, silent: true });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const answers: Took[] = [];
  child.on('message', (message: Took) => answers.push(message)); // what shapeOnce sends
  const [code] = await once(child, 'close');
  const [took] = answers;
  if (took) return took;
  if (said.includes("do not fit into DuckDB's memory")) return 'too big';
  throw new Error(`a range of ${pages} pages in ${memory} MB ended with ${code}: ${said}`);
}

async function shapeOnce([
  folder = '',
  file = '',
  pages = '',
  memory = '',
]: readonly string[]): Promise<void> {
  const shaper = await openShaper({ memoryMegabytes: Number(memory) / 3, temporaryDirectory: folder });
  const before = process.cpuUsage();
  await compress(file, join(folder, 'raw'));
  await shaper.shape({
    dataset: orders,
    runId: '2026-01-31t03-00-00-000z',
    origins: origins.slice(0, Number(pages)),
    pagesFile: file,
    stageFile: join(folder, 'stage'),
    quarantineFile: join(folder, 'quarantine'),
  });
  const { user, system } = process.cpuUsage(before);
  await shaper.close();
  process.send?.({ cpuSeconds: (user + system) / 1e6, rss: process.resourceUsage().maxRSS / 1024 });
  process.disconnect();
}
