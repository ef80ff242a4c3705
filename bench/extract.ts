/**
 * How fast a worker fetches from a source that has no limit, against a bare undici Pool that reads each body to its end as bytes
 * (`await body.arrayBuffer()`) and drops it, and against one that also writes it to a file as a worker must, as it comes: the
 * same API, pages and number in flight, in turns in one run. Every file is a new one, as a worker's is. Prints JSON lines.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { benchSource, fetchPages, laneServices } from './support/lane';
import { median, print } from './support/print';
import { startApi } from './support/start-api';

const pages = 3000;
/** A page of 100 records. */
const bodyBytes = 30_000;
const inFlight = 32;
const rounds = 5;

const newline = Buffer.from('\n');

void main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-extract-'));
  const api = await startApi({ latency: 0, bodyBytes, records: false });
  const source = benchSource(api.url, { requestsPerSecond: 1e6, burst: 1e6, lanes: 1, inFlight });
  const services = laneServices(source);
  const pool = new Pool(api.url, { connections: inFlight });
  const worker = { source, lane: 0, pagesPerRange: pages, file: join(folder, 'worker') };
  const bareFile = join(folder, 'bare');
  const measured: Rates[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      measured.push({
        worker: await perSecond(() => fetchPages(worker, services, round)),
        bare: await perSecond(() => fetchBare(pool)),
        intoFile: await perSecond(() => fetchIntoFile(pool, bareFile)),
      });
      // Not on anybody's time: to empty a file takes nearly as long as to write it.
      for (const file of [worker.file, bareFile]) rmSync(file);
    }
  } finally {
    await Promise.all([services.client.close(), pool.close()]);
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const [, ...rates] = measured; // the first makes connections, and its code is compiled
  report('extract/vs-undici', rates, 'bare');
  report('extract/vs-undici-into-file', rates, 'intoFile');
}

/** Pages per second of one round. */
interface Rates {
  readonly worker: number;
  readonly bare: number;
  readonly intoFile: number;
}

function report(name: string, rates: readonly Rates[], peer: 'bare' | 'intoFile'): void {
  const ratios = rates.map((round) => round.worker / round[peer]);
  print(name, median(ratios), 'x', {
    pagesPerSecond: Math.round(median(rates.map(({ worker }) => worker))),
    undiciPagesPerSecond: Math.round(median(rates.map((round) => round[peer]))),
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    pages,
    bodyBytes,
    inFlight,
    rounds,
  });
}

async function perSecond(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (1000 * pages) / (performance.now() - begin);
}

async function fetchIntoFile(pool: Pool, path: string): Promise<void> {
  const file = await open(path, 'w');
  await fetchBare(pool, file);
  await file.close();
}

/** Bodies go into the file as they come. */
async function fetchBare(pool: Pool, file?: FileHandle): Promise<void> {
  let next = 0;
  const fetchInTurn = async () => {
    while (next < pages) {
      const { body } = await pool.request({ method: 'GET', path: `/lanes/0?page=${next++}` });
      const bytes = new Uint8Array(await body.arrayBuffer());
      await file?.writev([bytes, newline]);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, fetchInTurn));
}
