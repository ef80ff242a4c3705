import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Clock } from '../../core/run/ports';
import { openShaper, type Shaper } from '../../core/shape/shape-range';
import { type LocalAws, startLocalAws } from '../../local/aws/local-aws';
import { fastClock } from './fast-clock';

/** What the loads of one test file share. */
export interface World {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly shaper: Shaper;
  /** Another DuckDB than the shaper's, as a reader has it. */
  readonly reader: DuckDBConnection;
  readonly clock: Clock;
  /** Where objects are: `<folder>/lake/<bucket>/<key>`. */
  readonly folder: string;
  /** A number that no other load of this world has. */
  next(): number;
  close(): Promise<void>;
}

const accessKeyId = 'AKIACONFORMANCE';

/** Starts a local AWS whose clock runs 40 times as fast, and DuckDB. */
export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const clock = fastClock(40);
  const aws = await startLocalAws({ directory: join(folder, 'lake'), secret: () => undefined, clock });
  aws.addPrincipal(accessKeyId, { name: 'conformance', statements: 'all' });
  const options = {
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'secret' },
  };
  const s3 = new S3Client(options);
  const sqs = new SQSClient(options);
  const shaper = await openShaper({ memoryMegabytes: 300, temporaryDirectory: folder });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    enable_external_file_cache: 'false',
  });
  const reader = await instance.connect();
  let loads = 0;
  return {
    aws,
    s3,
    sqs,
    shaper,
    reader,
    clock,
    folder,
    next() {
      loads += 1;
      return loads;
    },
    async close() {
      s3.destroy();
      sqs.destroy();
      reader.closeSync();
      instance.closeSync();
      await Promise.all([shaper.close(), aws.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
