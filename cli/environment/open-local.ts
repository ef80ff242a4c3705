import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { s3Lake } from '../../aws/lake';
import { ConfigurationError } from '../../core/errors';
import { localRegion } from '../../local/local-account';
import { type ServedStorage, serveObjects, serveStorage } from '../../local/serve-storage';
import { dataFolder } from '../project';
import { environmentCatalog } from './environment-catalog';
import type { Access, OpenEnvironment } from './open-environment';
import { sourceQueues } from './source-queues';

/**
 * Opens what local mode keeps in its data directory. Who only looks reads the files, whether or not a process is loading into them; who
 * changes something, or needs the queues, uses that process's endpoint, or holds the directory itself where there is none.
 */
export async function openLocal(access: Access, data: string = dataFolder): Promise<OpenEnvironment> {
  const storage = access === 'read' ? await serveObjects(data) : await serveStorage(data);
  const opened: Promise<ServedStorage>[] = [Promise.resolve(storage)];
  let withQueues: Promise<ServedStorage> | undefined = access === 'read' ? undefined : opened[0];
  const client = clientSettings(storage);
  const bucket = storage.lakeBucket;
  const lake = s3Lake(new S3Client(client), bucket);
  return {
    name: 'local',
    lake,
    catalog: environmentCatalog({ environment: 'local', lake, bucket, client }),
    async queues(source) {
      if (!withQueues) {
        withQueues = serveStorage(data);
        opened.push(withQueues);
      }
      return sourceQueues(new SQSClient(clientSettings(await withQueues)), 'local', source);
    },
    async invoke(functionName) {
      throw new ConfigurationError(
        `${functionName} runs only while a load does: npx baseload run <dataset> starts it on this machine`,
      );
    },
    async close() {
      const served = await Promise.allSettled(opened.splice(0));
      await Promise.all(served.map(async (one) => one.status === 'fulfilled' && one.value.close()));
    },
  };
}

/** How the SDK's clients reach the storage of a data directory. */
function clientSettings({ url, accessKeyId }: ServedStorage) {
  return { endpoint: url, region: localRegion, credentials: { accessKeyId, secretAccessKey: 'local' } };
}
