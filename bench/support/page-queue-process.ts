/** The local AWS with one page queue and its DLQ, in a process of its own. argv: folder, name of the queue, name of the DLQ. */

import { startLocalAws } from '../../local/aws/local-aws';

const [, , directory = '', pages = '', dead = ''] = process.argv;

void main();

async function main(): Promise<void> {
  const aws = await startLocalAws({ directory, secret: () => undefined });
  aws.addPrincipal('bench', { name: 'bench', statements: 'all' });
  for (const name of [dead, pages]) aws.createQueue({ name, attributes: {} });
  process.on('message', () => {
    process.send?.({ type: 'depth', waiting: aws.queue(pages).depth().waiting });
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ type: 'listening', url: aws.url });
}
