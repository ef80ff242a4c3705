import { s3Lake } from '../../aws/lake';
import { sqsPageQueue } from '../../aws/page-queue';
import { signRequest } from '../../aws/sign-request';
import { createAuthorizer } from '../../core/extract/auth/authorizer';
import { lanePreparation } from '../../core/extract/auth/prepare-lanes';
import { createClient } from '../../core/extract/http/client';
import { clientOptions } from '../../core/extract/http/client-options';
import { createPacer } from '../../core/extract/pace/pacer';
import type { ExtractServices } from '../../core/extract/page/fetch-page';
import type { Lake, PageQueue, Telemetry } from '../../core/run/ports';
import type { Limits, Source } from '../../core/source/source';
import type { MisbehavingApi } from '../support/misbehaving-api/misbehaving-api';
import { type ConformanceCase, sourceOf } from './case';
import { memorySecrets } from './memory-secrets';
import type { World } from './world';

/** Deliveries of a message before it goes to the DLQ. */
export const maxReceiveCount = 5;
/** How fast the lanes go where the source has no limit: what a range holds is another matter. */
const unlimited: Limits = { requestsPerSecond: 50, burst: 50, lanes: 2, inFlight: 4 };
/** What the functions of one source share in this process. */
export interface Deployment {
  readonly world: World;
  readonly source: Source;
  readonly lake: Lake;
  /** Of this load: part of its queues' names. */
  readonly number: number;
  readonly bucket: string;
  readonly queues: { readonly pages: string; readonly dead: string };
  readonly pageQueue: PageQueue;
  readonly extract: ExtractServices;
  /** Of fan-out. */
  readonly prepare: () => Promise<void>;
  readonly written: string[];
}

/** Makes the bucket and the queues of a case, and what its functions make at their cold start. */
export async function deploy(one: ConformanceCase, api: MisbehavingApi, world: World): Promise<Deployment> {
  const number = world.next();
  const { auth, tls } = api.door;
  const source = sourceOf(one, { baseUrl: api.baseUrl, auth, ...(tls && { tls }) });
  const bucket = `case-${number}`;
  await world.aws.createBucket(bucket);
  const dead = world.aws.createQueue({ name: `dead-${number}`, attributes: {} });
  const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
  const pages = world.aws.createQueue({
    name: `pages-${number}`,
    attributes: { RedrivePolicy: redrive, VisibilityTimeout: '43200' },
  });
  const queues = { pages: pages.url, dead: dead.url };
  const { clock } = world;
  const written: string[] = [];
  const secrets = memorySecrets(api.door.secrets);
  const client = createClient(await clientOptions(source, secrets));
  const sign = signRequest(noKeysOfItsOwn, () => new Date(clock.now()));
  const authServices = { secrets, client, clock, sign };
  const authorizer = createAuthorizer(source, authServices);
  const pacer = createPacer(unlimited, clock);
  const telemetry = recording(written);
  return {
    world,
    source,
    lake: s3Lake(world.s3, bucket),
    number,
    bucket,
    queues,
    pageQueue: sqsPageQueue(world.sqs, queues),
    extract: { client, pacer, authorizer, telemetry, clock },
    prepare: lanePreparation(source, async () => authServices),
    written,
  };
}

async function noKeysOfItsOwn(): Promise<never> {
  throw new Error('the source brings its own keys');
}

function recording(written: string[]): Telemetry {
  const line = (message: string, details?: object) => written.push(JSON.stringify([message, details]));
  return { count: () => {}, info: line, warn: line };
}
