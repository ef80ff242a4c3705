/**
 * Where the time of a cold start goes: each function's own bundle, in the local Lambda host, in a new process each time, against the local AWS and
 * the sample API, as a ratio to `node -e 0` of the same minute. Fan-out plans a trial of one page range, a worker loads it, reconcile has
 * nothing to do, as nearly always. Prints JSON lines; `npm run bench -- cold-start 21` takes so many of each (11 unless told).
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { functionNames, queueNames, reconcileName } from '../lambda/environment';
import { startLocalAws } from '../local/aws/local-aws';
import type { FunctionDefinition } from '../local/lambda/function-definition';
import { sqsEvent } from '../local/lambda/sqs-event';
import { localAccount, localRegion } from '../local/local-account';
import { startSampleApi } from '../local/sample/sample-api';
import { sampleSettings } from '../local/sample/settings';
import { deployLocally } from '../local/template/deploy-locally';
import { synthesize } from '../local/template/synthesize';
import { type ColdStart, coldStart } from './support/cold-start';
import { median, print } from './support/print';

const starts = Number(process.argv[3] ?? 11);
const projectRoot = join(__dirname, '..');
const source = 'geonames';

void main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cold-start-'));
  const api = await startSampleApi({ port: 0, requestsPerSecond: 10_000, burst: 10_000 });
  const aws = await startLocalAws({
    directory: join(folder, 's3'),
    region: localRegion,
    secret: () => sampleSettings.token,
  });
  try {
    const [stack] = await synthesize({
      projectRoot,
      outDirectory: join(folder, 'cdk.out'),
      context: { environment: 'local', [`${source}:baseUrl`]: api.baseUrl },
    });
    if (!stack) throw new Error('there is no stack');
    const { functions } = await deployLocally(stack, aws);
    const temporaryDirectory = join(folder, 'tmp');
    mkdirSync(temporaryDirectory, { recursive: true });
    const find = (name: string): FunctionDefinition => {
      const found = functions.find((one) => one.name === name);
      if (!found) throw new Error(`there is no function ${name}`);
      return found;
    };
    const { fanOut, worker } = functionNames('local', source);
    const definitions = {
      'fan-out': find(fanOut),
      worker: find(worker),
      reconcile: find(reconcileName('local')),
    };
    for (const [name, definition] of Object.entries(definitions)) printSize(name, definition);
    await measure(definitions, { endpoint: aws.url, projectRoot, temporaryDirectory });
  } finally {
    await aws.close();
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Definitions = Readonly<Record<'fan-out' | 'worker' | 'reconcile', FunctionDefinition>>;

async function measure(
  definitions: Definitions,
  surroundings: Parameters<typeof coldStart>[1],
): Promise<void> {
  const queue = new SQSClient({
    endpoint: surroundings.endpoint,
    region: localRegion,
    credentials: { accessKeyId: definitions.worker.name, secretAccessKey: 'local' },
  });
  const pages = queueNames('local', source).pages;
  const nothing: number[] = [];
  const took: Record<string, ColdStart[]> = {
    'fan-out': [],
    worker: [],
    reconcile: [],
    'reconcile-without-source-maps': [],
  };
  for (let start = 0; start <= starts; start++) {
    const bare = emptyNode();
    const idle = await coldStart(definitions.reconcile, surroundings, {}, { warm: true });
    const plain = await coldStart(definitions.reconcile, surroundings, {}, { sourceMaps: false });
    const planned = await coldStart(definitions['fan-out'], surroundings, {
      dataset: 'cities',
      onlyPages: 16,
    });
    const { Messages = [] } = await queue.send(
      new ReceiveMessageCommand({
        QueueUrl: `${surroundings.endpoint}/${localAccount}/${pages}`,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length !== 1)
      throw new Error(`${Messages.length} messages came of a trial of one page range`);
    const loaded = await coldStart(
      definitions.worker,
      surroundings,
      sqsEvent(Messages, `arn:aws:sqs:${localRegion}:${localAccount}:${pages}`),
    );
    // Ends the trial, so that the next one can begin.
    await coldStart(definitions.reconcile, surroundings, {});
    if (start === 0) continue; // what the machine had not read yet
    nothing.push(bare);
    took['fan-out']?.push(planned);
    took.worker?.push(loaded);
    took.reconcile?.push(idle);
    took['reconcile-without-source-maps']?.push(plain);
  }
  queue.destroy();
  const bare = median(nothing);
  print('cold-start/node', bare, 'ms', { starts });
  for (const [name, all] of Object.entries(took)) report(name, all, bare);
}

function report(name: string, all: readonly ColdStart[], bare: number): void {
  const of = (part: keyof ColdStart) => {
    const values = all.map((one) => one[part]).filter((value) => value !== undefined);
    return values.length < all.length ? undefined : Number(median(values).toFixed(1));
  };
  const total = of('total') ?? Number.NaN;
  const context = {
    starts: all.length,
    ...{
      begins: of('begins'),
      evaluate: of('evaluate'),
      duckdb: of('duckdb'),
      toSdk: of('toSdk'),
      sdk: of('sdk'),
    },
    ...{ handler: of('handler'), warm: of('warm'), rssMegabytes: of('rss'), cpuMilliseconds: of('cpu') },
    ratioToNode: Number((total / bare).toFixed(2)),
  };
  print(`cold-start/${name}`, total, 'ms', context);
}

function printSize(name: string, { codeDirectory }: FunctionDefinition): void {
  const code = readFileSync(join(codeDirectory, 'index.mjs'));
  const map = readFileSync(join(codeDirectory, 'index.mjs.map'));
  print(`cold-start/${name}-bytes`, code.length, 'bytes', {
    gzip: gzipSync(code).length,
    map: map.length,
    mapGzip: gzipSync(map).length,
  });
}

/** Milliseconds of a Node that does nothing. */
function emptyNode(): number {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - began;
}
