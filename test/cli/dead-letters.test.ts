import type { SQSClient } from '@aws-sdk/client-sqs';
import { readDeadLetters } from '../../cli/dead-letters';

type Letter = readonly [failure: string, reason: string];

/** A queue that gives these failures and reasons, once. */
function queueOf(letters: readonly Letter[]): SQSClient {
  const batches = [
    letters.map(([failure, reason]) => ({
      MessageAttributes: { failure: { StringValue: failure }, reason: { StringValue: reason } },
    })),
  ];
  return { send: async () => ({ Messages: batches.shift() ?? [] }) } as unknown as SQSClient;
}

const read = (...letters: Letter[]) => readDeadLetters(queueOf(letters), 'queue');

test('the reasons are said once each, the most frequent first', async () => {
  const { reasons } = await read(['permanent', 'rare'], ['permanent', 'often'], ['permanent', 'often']);
  expect(reasons).toEqual(['often (2 times)', 'rare']);
});

test('a setting is to blame where all failed by one', async () => {
  const empty: Letter = ['configuration', "secret 'app/token' is empty"];
  expect(await read(empty, empty)).toMatchObject({ areConfiguration: true });
  expect(await read(empty, ['permanent', 'HTTP 403'])).toMatchObject({ areConfiguration: false });
  expect(await read()).toMatchObject({ areConfiguration: false });
});
