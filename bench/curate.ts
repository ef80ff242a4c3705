/**
 * Measures merging on generated orders of 23 columns in objects of 50,000 records, read from and written to files: once with keys that grow from
 * object to object, and once with keys that are spread over all of them, one in ten seen twice. The merge runs in a process of its own, whose
 * largest memory is measured. Prints JSON lines. `npm run bench -- curate 1000000` takes so many records rather than five million.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdbEngine } from '../core/run/curate/duckdb-engine';
import { openDuckDB } from '../core/shape/duckdb';
import { openShaper } from '../core/shape/shape-range';
import { copyStatement } from '../core/shape/stage/copy';
import { readStage } from '../core/shape/stage/read-stage';
import { tableOf } from '../core/shape/stage/table';
import { orders, origins, recordsPerRange, writeOrders } from './support/orders';
import { print } from './support/print';

/** Half of the memory of the reconcile function, as it gives it. */
const memoryMegabytes = 1769 / 2;
const targetBytes = 128_000_000;
/** Coprime to every number of records that is not a multiple of it: keys are then spread, each once. */
const spread = 3_141_593;

void main();

async function main(): Promise<void> {
  const [, , first, name = '', folder = ''] = process.argv;
  if (first === 'merge') return mergeObjects(name, folder);
  const records = Number(first === 'curate' || first === undefined ? name || 5_000_000 : first);
  const work = mkdtempSync(join(tmpdir(), 'bench-curate-'));
  try {
    const shaped = await shapeOnce(work);
    for (const order of ['growing', 'spread'] as const) {
      const objects = join(work, order);
      mkdirSync(objects);
      await writeObjects(order, shaped, objects, records);
      const child = fork(__filename, ['merge', order, objects], { execArgv: ['--require', 'tsx/cjs'] });
      await once(child, 'exit');
      rmSync(objects, { recursive: true });
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** One range of orders as a worker writes it. */
async function shapeOnce(folder: string): Promise<string> {
  const shaper = await openShaper({ memoryMegabytes: 590, temporaryDirectory: folder });
  const stageFile = join(folder, 'stage');
  const pagesFile = writeOrders(folder, 0);
  const quarantineFile = join(folder, 'quarantine');
  await shaper.shape({
    dataset: orders,
    runId: '2026-01-31t03-00-00-000z',
    origins,
    pagesFile,
    stageFile,
    quarantineFile,
  });
  await shaper.close();
  return stageFile;
}

async function writeObjects(
  order: 'growing' | 'spread',
  shaped: string,
  folder: string,
  records: number,
): Promise<void> {
  const duckdb = await openDuckDB({ memoryMegabytes: 590, temporaryDirectory: folder });
  for (let object = 0; object * recordsPerRange < records; object++) {
    const n = `(${object * recordsPerRange} + row_number() OVER () - 1)`;
    const place = order === 'growing' ? n : `(${n} * ${spread}) % ${Math.floor(records * 0.9)}`;
    const rows = `SELECT * REPLACE (CAST(${place} AS BIGINT) AS id, concat(orderNumber, ${object}) AS orderNumber) FROM ${readStage(tableOf(orders), [shaped])}`;
    const file = join(folder, `${String(object).padStart(8, '0')}.parquet`);
    await duckdb.connection.run(copyStatement(rows, file, orders));
  }
  await duckdb.close();
}

async function mergeObjects(order: string, folder: string): Promise<void> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.parquet'));
  const inputs = names.map((key) => {
    return { key, bytes: statSync(join(folder, key)).size, records: recordsPerRange };
  });
  const lake = {
    async download(key: string, file: string) {
      await copyFile(join(folder, key), file);
      return true;
    },
  };
  const parquet = { compression: 'zstd', rowGroupSize: 122_880 } as const;
  const merge = { name: order, table: tableOf(orders), parquet, inputs, targetBytes };
  const began = performance.now();
  const cpu = process.cpuUsage();
  const files: number[] = [];
  const merged = duckdbEngine({ workFolder: folder, memoryMegabytes }).merge(merge, lake);
  let next = await merged.next();
  for (; !next.done; next = await merged.next()) files.push(Math.round(next.value.bytes / 1e6));
  const { rows, keys } = next.value;
  const { user, system } = process.cpuUsage(cpu);
  const context = {
    ...{ rows, keys, objects: inputs.length, memoryMegabytes, filesMegabytes: files },
    megabytes: Math.round(inputs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6),
    seconds: Math.round((performance.now() - began) / 1000),
    peakRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  print(`curate/${order}/cpu-seconds-per-million`, (user + system) / rows, 's', context);
}
