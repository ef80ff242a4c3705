import type { SQSClient } from '@aws-sdk/client-sqs';
import { readDeadLetters } from '../../cli/dead-letters';

type Letter = readonly [failure: string, reason: string, error?: string];

/** A queue that gives these failures and reasons, once. */
function queueOf(letters: readonly Letter[]): SQSClient {
  const batches = [
    letters.map(([failure, reason, error = 'PermanentError']) => ({
      MessageAttributes: {
        failure: { StringValue: failure },
        reason: { StringValue: reason },
        error: { StringValue: error },
      },
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

test('raw pages are to blame where all failed by them', async () => {
  const gone: Letter = ['permanent', 'raw/a is not in the lake', 'RawPagesError'];
  expect(await read(gone, gone)).toMatchObject({ areRawPages: true });
  expect(await read(gone, ['permanent', 'HTTP 403'])).toMatchObject({ areRawPages: false });
  expect(await read()).toMatchObject({ areRawPages: false });
});
