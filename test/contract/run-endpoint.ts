/** Runs all checks against the emulator at BASELOAD_CONTRACT_ENDPOINT, which is moto: see contract.sh. */

import { motoDifferences } from './known-differences';
import { runAndReport } from './report';
import { findLeftovers } from './targets/leftovers';
import { openSdkTarget } from './targets/sdk-target';

async function main(endpoint: string | undefined): Promise<number> {
  if (!endpoint) {
    console.error(
      'Set BASELOAD_CONTRACT_ENDPOINT to where moto_server listens, such as http://127.0.0.1:5000.',
    );
    return 2;
  }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clients = { endpoint, region: 'eu-central-1', credentials };
  const target = await openSdkTarget({ clients, patience: 30_000, queueSettles: 0 });
  const isFine = await runAndReport('moto', target, motoDifferences).finally(() => target.close());
  const left = await findLeftovers(clients);
  if (left.length > 0) console.log(`  not removed: ${left.join(', ')}`);
  return isFine && left.length === 0 ? 0 : 1;
}

void main(process.env.BASELOAD_CONTRACT_ENDPOINT).then((code) => {
  process.exitCode = code;
});
