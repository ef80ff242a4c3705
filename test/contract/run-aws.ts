/** `npm run contract:aws`: runs all checks against AWS, with the credentials and the region of the environment. */

import { S3Client } from '@aws-sdk/client-s3';
import { inAwsWords } from '../../cli/environment/aws-failure';
import { exitCodeOf, sentenceOf } from '../../cli/fail';
import type { Target } from './check';
import { checkAccess } from './check-access';
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
  if (words.join() !== '--yes') {
    console.error(
      `This makes a bucket, some 55 queues and 2 secrets in ${region}, all named ${namePrefix}…, and removes them again. ` +
        'It costs about one US cent and takes a few minutes. To go on: npm run contract:aws -- --yes',
    );
    return 2;
  }
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  await checkAccess();
  const target = await open();
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

/** Nothing is made yet where this fails: the bucket is the first. */
async function open(): Promise<Target> {
  try {
    return await openSdkTarget({ patience, queueSettles: 1000 });
  } catch (error) {
    throw inAwsWords(error, 'S3');
  }
}

/** The region; a ConfigurationError says what of it or of the credentials is missing. */
async function regionWithCredentials(): Promise<string> {
  const { config } = new S3Client();
  try {
    const region = await config.region();
    await config.credentials();
    return region;
  } catch (error) {
    throw inAwsWords(error);
  }
}

main(process.argv.slice(2)).then(
  // At once: checks that were interrupted still wait for what nobody needs
  (code) => process.exit(code),
  (error) => {
    console.error(`contract:aws: ${sentenceOf(error)}`);
    process.exit(exitCodeOf(error));
  },
);
