/** `npm run contract:aws`: runs all checks against AWS, with the credentials and the region of the environment. */

import { S3Client } from '@aws-sdk/client-s3';
import { runAndReport } from './report';
import { namePrefix, openSdkTarget } from './targets/sdk-target';

/** What AWS promises only in the end takes a minute at most as a rule: counts of messages, move tasks. */
const patience = 180_000;

const usage = `npm run contract:aws -- --yes

Checks on AWS what Baseload relies on of S3, SQS and Secrets Manager, in a bucket, some 55 queues and 2 secrets of its own, all named
${namePrefix}…, and removes them again. It needs credentials and a region in the environment, costs about one US cent and takes a few minutes.
It ends with 0 where all is as it should be, 1 where something is not, 2 where it was not started.`;

async function main(words: readonly string[]): Promise<number> {
  if (words.some((word) => word === '--help' || word === '-h')) {
    console.log(usage);
    return 0;
  }
  const region = await regionWithCredentials();
  if (region === undefined) {
    console.error(
      'contract:aws needs AWS credentials and a region: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION.',
    );
    return 2;
  }
  if (words.join() !== '--yes') {
    console.error(
      `This makes a bucket, some 55 queues and 2 secrets in ${region}, all named ${namePrefix}…, and removes them again. ` +
        'It costs about one US cent and takes a few minutes. To go on: npm run contract:aws -- --yes',
    );
    return 2;
  }
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  const target = await openSdkTarget({ patience, queueSettles: 1000 });
  console.log(
    `Everything is named ${target.prefix}…: should this be killed, remove what is left of it by hand.`,
  );
  const interrupted = new Promise<false>((resolve) => {
    stopped.signal.addEventListener('abort', () => resolve(false));
    if (stopped.signal.aborted) resolve(false);
  });
  const isFine = await Promise.race([
    runAndReport(`AWS ${region}`, target, [], stopped.signal),
    interrupted,
  ]).finally(() => target.close());
  console.log('Everything that was made is removed.');
  if (stopped.signal.aborted) return 130;
  return isFine ? 0 : 1;
}

async function regionWithCredentials(): Promise<string | undefined> {
  const { config } = new S3Client();
  try {
    await config.credentials();
    return await config.region();
  } catch {
    return undefined;
  }
}

main(process.argv.slice(2)).then(
  // At once: checks that were interrupted still wait for what nobody needs
  (code) => process.exit(code),
  (error) => {
    console.error(`contract:aws failed: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);
