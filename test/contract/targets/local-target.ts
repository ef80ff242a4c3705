import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws } from '../../../local/aws/local-aws';
import type { Target } from '../check';
import { makeClients } from './clients';

/** The local AWS, in a folder of its own. */
export async function openLocalTarget(): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'contract-'));
  const region = 'eu-central-1';
  const values = new Map<string, string>();
  const aws = await startLocalAws({ directory, region, secret: (name) => values.get(name) });
  aws.addPrincipal('ADMIN', { name: 'admin', statements: 'all' });
  const bucket = 'contract';
  await aws.createBucket(bucket);
  const credentials = { accessKeyId: 'ADMIN', secretAccessKey: 'unused' };
  const { destroy, ...clients } = makeClients({ endpoint: aws.url, region, credentials });
  return {
    ...clients,
    bucket,
    prefix: 'contract',
    patience: 15_000,
    createQueue: async (name, attributes) => ({ name, ...aws.createQueue({ name, attributes }) }),
    async createSecret(name, value) {
      values.set(name, value);
    },
    async close() {
      destroy();
      await aws.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
