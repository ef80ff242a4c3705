import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../core/errors';
import { type LocalAws, startLocalAws } from './aws/local-aws';
import { InUseConfigurationError, openDataDirectory } from './data-directory';
import { type LocalEndpoint, readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-file';
import { lakeFolder } from './lake-folder';
import { localRegion } from './local-account';
import { readAssembly } from './template/assembly';
import { deployStorage } from './template/deploy-storage';

/** Access key id of a principal that may do everything: for the CLI, which stands where the user's own account would. */
export const userAccessKeyId = 'baseload-user';

/** The storage of a data directory, to be reached with the real SDK. */
export interface ServedStorage extends Omit<LocalEndpoint, 'pid'> {
  /** Ends what was started for it; another process's goes on. */
  close(): Promise<void>;
}

/** How often a data directory that another process holds is looked at again. */
const pollMilliseconds = 200;

/** A process that holds the data directory says where it serves it once it has synthesized the template: some seconds. */
const patienceMilliseconds = 60_000;

/**
 * Serves the objects of a data directory for reading, whoever holds it: each is a file that is absent or whole. No queues: they belong to
 * the holder. A ConfigurationError where nothing has been loaded yet.
 */
export async function serveObjects(data: string): Promise<ServedStorage> {
  const bucket = bucketOf(data);
  const aws = await startLocalAws({
    directory: join(data, 's3'),
    region: localRegion,
    secret: () => undefined,
  });
  await aws.createBucket(bucket);
  aws.addPrincipal(userAccessKeyId, { name: userAccessKeyId, statements: 'all' });
  return { url: aws.url, accessKeyId: userAccessKeyId, lakeBucket: bucket, close: () => aws.close() };
}

/**
 * The objects and queues of a data directory: as the process that holds it serves them, or served from here, holding it until closed. A
 * ConfigurationError where nothing has been loaded yet, or the holder does not get as far as serving it.
 */
export async function serveStorage(data: string, patience = patienceMilliseconds): Promise<ServedStorage> {
  bucketOf(data); // nothing is created where nothing has been loaded
  const deadline = Date.now() + patience;
  for (;;) {
    const endpoint = await readEndpoint(data);
    if (endpoint) return { ...endpoint, close: async () => {} };
    const directory = await openDataDirectory(data, 0).catch((error) => {
      if (!(error instanceof InUseConfigurationError) || Date.now() >= deadline) throw error;
    });
    if (directory) return serveHeld(data, directory.release);
    await sleep(pollMilliseconds);
  }
}

async function serveHeld(data: string, release: () => Promise<void>): Promise<ServedStorage> {
  let aws: LocalAws | undefined;
  try {
    aws = await startLocalAws({
      directory: join(data, 's3'),
      queuesDirectory: join(data, 'queues'),
      tablesDirectory: join(data, 'glue'),
      region: localRegion,
      secret: () => undefined,
    });
    const lakeBucket = bucketOf(data);
    await aws.createBucket(lakeBucket);
    // As the last run's process synthesized it: the queues of its sources.
    const [stack] = await readAssembly(join(data, 'cdk.out')).catch(() => []);
    if (stack) await deployStorage(stack, aws);
    aws.addPrincipal(userAccessKeyId, { name: userAccessKeyId, statements: 'all' });
    const { url } = aws;
    const served = aws;
    await writeEndpoint(data, { url, accessKeyId: userAccessKeyId, lakeBucket });
    const close = async () => {
      await removeEndpoint(data);
      try {
        await served.close();
      } finally {
        await release();
      }
    };
    return { url, accessKeyId: userAccessKeyId, lakeBucket, close };
  } catch (error) {
    await aws?.close();
    await release();
    throw error;
  }
}

function bucketOf(data: string): string {
  const folder = lakeFolder(data);
  if (folder) return basename(folder);
  if (statSync(data, { throwIfNoEntry: false })?.isFile()) {
    throw new ConfigurationError(
      `${data} is a file, and what is loaded is kept in a folder: name a folder with BASELOAD_DATA`,
    );
  }
  throw new ConfigurationError('nothing has been loaded here yet: npx baseload run <dataset>');
}
