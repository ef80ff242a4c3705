import { createHash } from 'node:crypto';
import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { api, drain, guide, invalidParameter, receiveOne, send, sendBatch } from './calls';

const mebibyte = 1_048_576;
const batch = `${api}/API_SendMessageBatch.html`;
const quotas = `${guide}/quotas-messages.html`;
const entry = (Id: string, MessageBody = Id) => ({ Id, MessageBody });

/** Messages on their way in. */
export const sendingChecks: readonly Check[] = [
  {
    id: 'sqs-send',
    behaviour: 'a message comes back as it was sent, with its id and the MD5 of its body',
    document: `${api}/API_SendMessage.html`,
    async run(place) {
      const queue = await place.queue('pages');
      const body = '{"range":"ä 🦊\\n"}\t\r\n<&>';
      const sent = await send(place, queue, body);
      const digest = createHash('md5').update(body).digest('hex');
      const got = await receiveOne(place, queue);
      assertSame('the body', got.Body, body);
      assertSame('digests', [sent.MD5OfMessageBody, got.MD5OfBody], [digest, digest]);
      assertSame('the id', got.MessageId, sent.MessageId);
    },
  },
  {
    id: 'sqs-attributes',
    behaviour:
      'message attributes, texts and numbers, come back to a receive that asks for them, with their MD5',
    document: `${guide}/sqs-message-metadata.html`,
    async run(place) {
      const queue = await place.queue('dead');
      const MessageAttributes = {
        failure: { DataType: 'String', StringValue: 'permanent' },
        reason: { DataType: 'String', StringValue: 'the source answered 404: é 🦊' },
        status: { DataType: 'Number', StringValue: '404' },
      };
      const sent = await send(place, queue, 'a letter', { MessageAttributes });
      const all = await receiveOne(place, queue, { VisibilityTimeout: 0 });
      const values = Object.entries(all.MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
        name,
        { DataType, StringValue },
      ]);
      assertSame('attributes', Object.fromEntries(values), MessageAttributes);
      assertSame('their digest', all.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
      const none = await receiveOne(place, queue, { MessageAttributeNames: [] });
      assertSame('attributes that nobody asked for', none.MessageAttributes, undefined);
    },
  },
  {
    id: 'sqs-batch',
    behaviour: 'a batch of ten is taken, and each entry answered by its id',
    document: batch,
    async run(place) {
      const queue = await place.queue('pages');
      const ids = Array.from({ length: 10 }, (_, id) => String(id));
      const { Successful = [], Failed = [] } = await sendBatch(
        place,
        queue,
        ids.map((id) => entry(id)),
      );
      assertSame('taken', [Successful.map(({ Id }) => Id), Failed], [ids, []]);
      assertSame('what comes', await drain(place, queue, 10), ids);
    },
  },
  {
    id: 'sqs-batch-eleven',
    behaviour: 'a batch of eleven is refused: TooManyEntriesInBatchRequest',
    document: batch,
    async run(place) {
      const entries = Array.from({ length: 11 }, (_, id) => entry(String(id)));
      const call = sendBatch(place, await place.queue('pages'), entries);
      await assertRefused('the batch', call, { names: ['TooManyEntriesInBatchRequest'], status: 400 });
    },
  },
  {
    id: 'sqs-batch-empty',
    behaviour: 'a batch without entries is refused: EmptyBatchRequest',
    document: batch,
    async run(place) {
      const call = sendBatch(place, await place.queue('pages'), []);
      await assertRefused('the batch', call, { names: ['EmptyBatchRequest'], status: 400 });
    },
  },
  {
    id: 'sqs-batch-ids',
    behaviour: 'a batch with the same id twice is refused: BatchEntryIdsNotDistinct',
    document: batch,
    async run(place) {
      const call = sendBatch(place, await place.queue('pages'), [entry('a'), entry('b'), entry('a')]);
      await assertRefused('the batch', call, { names: ['BatchEntryIdsNotDistinct'], status: 400 });
    },
  },
  {
    id: 'sqs-batch-partly',
    behaviour: 'an entry that is refused fails alone: the answer is 200, and names it among the failed',
    document: batch,
    async run(place) {
      const queue = await place.queue('pages');
      const { Successful = [], Failed = [] } = await sendBatch(place, queue, [
        entry('good'),
        entry('bad', 'a character that no message may have: \u0001'),
      ]);
      const seen = [Successful.map(({ Id }) => Id), Failed.map(({ Id, SenderFault }) => [Id, SenderFault])];
      assertSame('taken and failed', seen, [['good'], [['bad', true]]]);
    },
  },
  {
    id: 'sqs-size',
    behaviour: 'a message of 1 MiB is taken, and of a byte more refused: InvalidParameterValue',
    document: quotas,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'x'.repeat(mebibyte));
      assertSame('the length that comes', (await receiveOne(place, queue)).Body?.length, mebibyte);
      await assertRefused('a byte more', send(place, queue, 'x'.repeat(mebibyte + 1)), invalidParameter);
    },
  },
  {
    id: 'sqs-size-attributes',
    behaviour: 'attributes count towards the 1 MiB of a message',
    document: `${guide}/sqs-message-metadata.html`,
    async run(place) {
      const MessageAttributes = { reason: { DataType: 'String', StringValue: 'x' } };
      const call = send(place, await place.queue('pages'), 'x'.repeat(mebibyte), { MessageAttributes });
      await assertRefused('the message', call, invalidParameter);
    },
  },
  {
    id: 'sqs-size-batch',
    behaviour:
      'the messages of a batch have 1 MiB together, or the whole batch is refused: BatchRequestTooLong',
    document: batch,
    async run(place) {
      const queue = await place.queue('pages');
      const half = 'x'.repeat(mebibyte / 2);
      const { Failed = [] } = await sendBatch(place, queue, [entry('a', half), entry('b', half)]);
      assertSame('failed of 1 MiB', Failed, []);
      const call = sendBatch(place, queue, [entry('a', half), entry('b', `${half}x`)]);
      await assertRefused('a byte more', call, { names: ['BatchRequestTooLong'], status: 400 });
    },
  },
  {
    id: 'sqs-characters',
    behaviour: 'a body with a character that XML 1.0 does not have is refused: InvalidMessageContents',
    document: `${api}/API_SendMessage.html`,
    async run(place) {
      const queue = await place.queue('pages');
      for (const character of ['\u0000', '\u0008', '\ufffe']) {
        const what = `U+${character.charCodeAt(0).toString(16)}`;
        await assertRefused(what, send(place, queue, character), {
          names: ['InvalidMessageContents'],
          status: 400,
        });
      }
    },
  },
];
