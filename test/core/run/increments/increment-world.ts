import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthorizer } from '../../../../core/extract/auth/authorizer';
import { type Client, createClient } from '../../../../core/extract/http/client';
import { createPacer } from '../../../../core/extract/pace/pacer';
import { fetchFirstPage } from '../../../../core/extract/page/first-page';
import { fetchRange } from '../../../../core/extract/range/fetch-range';
import { duckdbEngine } from '../../../../core/run/curate/duckdb-engine';
import { type FanOutRequest, type FanOutResult, fanOut } from '../../../../core/run/plan/fan-out';
import { readPointer } from '../../../../core/run/publish/pointer';
import { loadRange } from '../../../../core/run/range/load-range';
import { type RunReport, reconcile } from '../../../../core/run/reconcile';
import { repeatedKeys } from '../../../../core/run/verify/repeated-keys';
import { type VerifiedAgain, verifyAgain } from '../../../../core/run/verify/verify-again';
import { openDuckDB } from '../../../../core/shape/duckdb';
import { openShaper, type Shaper } from '../../../../core/shape/shape-range';
import { readStage } from '../../../../core/shape/stage/read-stage';
import type { Dataset, Source } from '../../../../core/source/source';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { nobodyListens } from '../../../support/nobody-listens';
import { aDataset, aRequest, aSource, someLimits } from '../../../support/source-fixture';
import { createVirtualClock } from '../../extract/pace/virtual-clock';
import { recordTelemetry } from '../run-fixture';
import { type ChangingSource, type Item, type Kind, shops, startChangingSource } from './changing-source';

const memoryMegabytes = 200;

/** What the worlds of a test file share. */
export interface Machine {
  readonly folder: string;
  readonly shaper: Shaper;
  readonly client: Client;
  close(): Promise<void>;
}

export async function startMachine(): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'increments-'));
  const shaper = await openShaper({ memoryMegabytes, temporaryDirectory: folder });
  const client = createClient();
  return {
    folder,
    shaper,
    client,
    async close() {
      await shaper.close();
      await client.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How the items of a source are declared. */
export function itemsOf(kind: Kind, changes: Partial<Dataset> = {}): Dataset {
  const pageParameter = { in: 'query', name: 'page' } as const;
  const numbered = { type: 'page-number', pageSize: 4, firstPage: 1, pageParameter } as const;
  const counted = { ...numbered, total: { type: 'body', path: 'total', counts: 'records' } } as const;
  const parameter = { in: 'query', name: 'after' } as const;
  const cursor = { type: 'body', path: 'next' } as const;
  const chain = {
    type: 'cursor',
    cursor,
    parameter,
    first: '-1',
    sizeParameter: undefined,
    end: [],
  } as const;
  return aDataset({
    name: 'items',
    request: aRequest({ path: kind === 'shops' ? '/shops/{shop}/items' : '/items' }),
    pagination: kind === 'chain' ? chain : { ...counted, sizeParameter: { in: 'query', name: 'per_page' } },
    slices: kind === 'shops' ? [{ type: 'values', name: 'shop', values: [...Array(shops).keys()] }] : [],
    columns: {
      id: { columnType: { type: 'bigint' }, options: {} },
      name: { columnType: { type: 'varchar' }, options: {} },
      updated_at: { columnType: { type: 'varchar' }, options: {} },
    },
    incremental: { query: { updated_since: '{since}' }, format: 'iso8601', overlapMinutes: 10 },
    ...changes,
  });
}

/** A source that changes, and the functions that load it into a lake in memory. */
export class IncrementWorld {
  readonly clock = createVirtualClock();
  readonly lake = memoryLake(new MemoryObjects());
  readonly messages = new MemoryMessages();
  readonly telemetry = recordTelemetry();
  /** Called when everything is loaded, before it is verified. */
  loaded: () => Promise<void> = async () => {};
  readonly #source: Source;
  readonly #machine: Machine;

  private constructor(
    readonly api: ChangingSource,
    dataset: Dataset,
    machine: Machine,
  ) {
    const limits = someLimits({ requestsPerSecond: 10_000, burst: 1000, lanes: 1, inFlight: 2 });
    this.#source = aSource({ name: 'shop', baseUrl: api.baseUrl, limits, datasets: [dataset] });
    this.#machine = machine;
  }

  /** The source's clock is behind by so many milliseconds. */
  static async open(dataset: Dataset, machine: Machine, behind = 0): Promise<IncrementWorld> {
    let now = () => 0;
    const api = await startChangingSource(() => now() - behind);
    const world = new IncrementWorld(api, dataset, machine);
    now = () => world.clock.now();
    return world;
  }

  /** Loads everything, or what changed, to the end. */
  async run(mode: 'full' | 'incremental'): Promise<RunReport | undefined> {
    const { lake, clock, telemetry } = this;
    const { folder } = this.#machine;
    await this.#fanOut({ mode });
    await this.#work();
    await this.loaded();
    const pageQueue = memoryPageQueue(this.messages);
    const [report] = await reconcile({
      ...{ ...nobodyListens, lake, clock, telemetry },
      pageQueue: async () => pageQueue,
      findRepeatedKeys: (plan, objects) =>
        repeatedKeys(plan, objects, { lake, workFolder: folder, memoryMegabytes }),
      curation: duckdbEngine({ workFolder: folder, memoryMegabytes }),
    });
    return report;
  }

  /** What verification says of a run now. */
  verify(runId: string): Promise<VerifiedAgain> {
    const { lake } = this;
    const workFolder = this.#machine.folder;
    return verifyAgain(
      { source: 'shop', dataset: 'items', runId },
      {
        lake,
        findRepeatedKeys: (plan, objects) =>
          repeatedKeys(plan, objects, { lake, workFolder, memoryMegabytes }),
      },
    );
  }

  /** Begins to shape a run anew. */
  replay(replayOf: string): Promise<FanOutResult> {
    return this.#fanOut({ replayOf });
  }

  /** What readers see, by key. */
  async table(): Promise<readonly Item[]> {
    const pointer = await this.pointer();
    const folder = await mkdtemp(join(this.#machine.folder, 'table-'));
    const files: string[] = [];
    for await (const { key } of this.lake.list(pointer.location)) {
      const file = join(folder, `${files.length}.${pointer.extension}`);
      await this.lake.download(key, file);
      files.push(file);
    }
    const duckdb = await openDuckDB({ memoryMegabytes, temporaryDirectory: folder });
    try {
      const query = `SELECT id, name, updated_at FROM ${readStage(pointer, files)} ORDER BY id`;
      const rows = (await duckdb.connection.runAndReadAll(query)).getRows();
      return rows.map(([id, name, at]) => ({ id: Number(id), name: String(name), updated_at: String(at) }));
    } finally {
      await duckdb.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async pointer() {
    const pointer = await readPointer(this.lake, { source: 'shop', dataset: 'items' });
    if (!pointer) throw new Error('nothing is published');
    return pointer;
  }

  #fanOut(request: Omit<FanOutRequest, 'dataset'>): Promise<FanOutResult> {
    const { lake, clock, telemetry } = this;
    const source = this.#source;
    const extract = this.#extract();
    clock.advance(1000); // each run has a name of its own
    return fanOut(
      { dataset: 'items', ...request },
      {
        ...{ source, lake, clock, telemetry, pageQueue: memoryPageQueue(this.messages) },
        discover: (dataset, parameters) => fetchFirstPage(source, dataset, extract, undefined, parameters),
        readParents: async () => Promise.reject(new Error('nothing is cut by the records of another')),
        prepare: async () => {},
      },
    );
  }

  /** Workers take messages until there are none. */
  async #work(): Promise<void> {
    const { lake, telemetry, messages } = this;
    const { shaper, folder } = this.#machine;
    const source = this.#source;
    const extract = this.#extract();
    const services = {
      ...{ source, lake, telemetry, shaper, workFolder: folder, pageQueue: memoryPageQueue(messages) },
      fetch: (range: Omit<Parameters<typeof fetchRange>[0], 'source' | 'deadline'>) =>
        fetchRange({ ...range, source, deadline: Number.POSITIVE_INFINITY }, extract),
    };
    for (let attempt = 0; ; attempt++) {
      const received = messages.receive();
      if (!received) return;
      await loadRange(received.message, `a${attempt}`, services);
      messages.acknowledge(received.receiptHandle);
    }
  }

  #extract() {
    const { clock, telemetry } = this;
    const { client } = this.#machine;
    const secrets = {
      get: async () => '',
      refresh: async () => '',
      put: async () => {},
    };
    return {
      ...{ client, clock, telemetry },
      pacer: createPacer(this.#source.limits, clock),
      authorizer: createAuthorizer(this.#source, { secrets, client, clock }),
    };
  }
}
