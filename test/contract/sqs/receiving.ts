import type { Check } from '../check';
import { assertRefused, assertSame } from '../seen';
import { assertAtLeast, assertAtMost, eventually } from '../waiting';
import {
  api,
  counts,
  drain,
  guide,
  hide,
  invalidParameter,
  receive,
  receiveOne,
  remove,
  send,
  sendMany,
} from './calls';

const visibility = `${guide}/sqs-visibility-timeout.html`;
const longPolling = `${guide}/sqs-short-and-long-polling.html`;
const changing = `${api}/API_ChangeMessageVisibility.html`;
const deleting = `${api}/API_DeleteMessage.html`;

/** Deliveries: when a message comes, and when it comes again. */
export const receivingChecks: readonly Check[] = [
  {
    id: 'sqs-visibility',
    behaviour:
      "a message that was received is hidden for the queue's visibility timeout, and then comes again",
    document: visibility,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '2' });
      await send(place, queue, 'a message');
      await receiveOne(place, queue);
      const started = performance.now();
      const again = await receiveOne(place, queue);
      assertAtLeast(1000, started, 'the message again'); // the answer to the first receive may have been a second under way
      assertSame('the body', again.Body, 'a message');
    },
  },
  {
    id: 'sqs-visibility-asked',
    behaviour: 'a receive may hide what it gets for another time than the queue would',
    document: `${api}/API_ReceiveMessage.html`,
    async run(place) {
      const queue = await place.queue('dead', { VisibilityTimeout: '600' });
      await send(place, queue, 'a letter');
      const started = performance.now();
      await receiveOne(place, queue, { VisibilityTimeout: 1 });
      await receiveOne(place, queue);
      assertAtLeast(1000, started, 'the letter again');
    },
  },
  {
    id: 'sqs-receive-count',
    behaviour:
      'ApproximateReceiveCount counts the deliveries of a message: 1, 2, 3; each has a receipt handle of its own',
    document: `${api}/API_ReceiveMessage.html`,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'a message');
      const handles = new Set<string | undefined>();
      for (const expected of ['1', '2', '3']) {
        const { Attributes, ReceiptHandle } = await receiveOne(place, queue, { VisibilityTimeout: 0 });
        assertSame('the count', Attributes?.ApproximateReceiveCount, expected);
        handles.add(ReceiptHandle);
      }
      assertSame('different handles', handles.size, 3);
    },
  },
  {
    id: 'sqs-sent-at',
    behaviour:
      'SentTimestamp is when a message was sent, in milliseconds since 1970, and stays so at every delivery',
    document: `${api}/API_ReceiveMessage.html`,
    async run(place) {
      const queue = await place.queue('dead');
      await send(place, queue, 'a letter');
      const first = await receiveOne(place, queue, { VisibilityTimeout: 0 });
      const second = await receiveOne(place, queue);
      const sentAt = Number(first.Attributes?.SentTimestamp);
      const minutes = 10; // clocks differ
      assertSame('a time about now', Math.abs(Date.now() - sentAt) < minutes * 60_000, true);
      assertSame('the time at the second delivery', Number(second.Attributes?.SentTimestamp), sentAt);
    },
  },
  {
    id: 'sqs-back-off-none',
    behaviour: 'ChangeMessageVisibility to 0 makes a message visible at once',
    document: changing,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '600' });
      await send(place, queue, 'a message');
      await hide(place, queue, await receiveOne(place, queue), 0);
      assertSame('the body', (await receiveOne(place, queue)).Body, 'a message');
    },
  },
  {
    id: 'sqs-back-off',
    behaviour:
      'ChangeMessageVisibility counts from the call on: shorter or longer than the queue would hide the message',
    document: changing,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '600' });
      await send(place, queue, 'a message');
      const message = await receiveOne(place, queue);
      const started = performance.now();
      await hide(place, queue, message, 1);
      await receiveOne(place, queue);
      assertAtLeast(1000, started, 'the message again');
    },
  },
  {
    id: 'sqs-back-off-limit',
    behaviour: 'ChangeMessageVisibility to more than 12 hours is refused: InvalidParameterValue',
    document: changing,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'a message');
      const message = await receiveOne(place, queue);
      await assertRefused('the call', hide(place, queue, message, 43_201), invalidParameter);
      await hide(place, queue, message, 3600);
    },
  },
  {
    id: 'sqs-back-off-deleted',
    behaviour: 'ChangeMessageVisibility of a message that was deleted is refused with 400',
    document: changing,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'a message');
      const message = await receiveOne(place, queue);
      await remove(place, queue, message);
      const names = [...invalidParameter.names, 'MessageNotInflight', 'ReceiptHandleIsInvalid'];
      await assertRefused('the call', hide(place, queue, message, 10), { names, status: 400 });
    },
  },
  {
    id: 'sqs-delay',
    behaviour: 'DelaySeconds keeps a message back; more than 900 are refused: InvalidParameterValue',
    document: `${guide}/sqs-message-timers.html`,
    async run(place) {
      const queue = await place.queue('pages');
      const started = performance.now();
      await send(place, queue, 'parked', { DelaySeconds: 2 });
      assertSame('what comes at once', await receive(place, queue, { WaitTimeSeconds: 0 }), []);
      const { Attributes } = await receiveOne(place, queue);
      assertAtLeast(2000, started, 'the parked message');
      assertSame('deliveries', Attributes?.ApproximateReceiveCount, '1');
      await assertRefused('901 s', send(place, queue, 'x', { DelaySeconds: 901 }), invalidParameter);
    },
  },
  {
    id: 'sqs-long-poll',
    behaviour: 'a receive that waits answers as soon as a message can be received',
    document: longPolling,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'a message', { DelaySeconds: 1 });
      const started = performance.now();
      assertSame('messages', (await receive(place, queue, { WaitTimeSeconds: 20 })).length, 1);
      assertAtMost(10_000, started, 'the message');
    },
  },
  {
    id: 'sqs-long-poll-none',
    behaviour: 'a receive that waits in vain answers without messages when its time is over, and not before',
    document: longPolling,
    async run(place) {
      const queue = await place.queue('pages');
      const started = performance.now();
      assertSame('messages', await receive(place, queue, { WaitTimeSeconds: 2 }), []);
      assertAtLeast(2000, started, 'the answer');
      assertAtMost(10_000, started, 'the answer');
    },
  },
  {
    id: 'sqs-receive-ten',
    behaviour: 'a receive has ten messages at most; to ask for eleven is refused',
    document: `${api}/API_ReceiveMessage.html`,
    async run(place) {
      const queue = await place.queue('dead');
      const bodies = await sendMany(place, queue, 30);
      const names = [...invalidParameter.names, 'ReadCountOutOfRange'];
      const eleven = receive(place, queue, { MaxNumberOfMessages: 11 });
      await assertRefused('eleven', eleven, { names, status: 400 });
      const got = await receive(place, queue, { VisibilityTimeout: 0 });
      assertSame('no more than ten', got.length <= 10, true);
      assertSame('all of them', await drain(place, queue, bodies.length), bodies.sort());
    },
  },
  {
    id: 'sqs-delete',
    behaviour: 'a message that was deleted never comes again; to delete it twice does no harm',
    document: deleting,
    async run(place) {
      const queue = await place.queue('pages', { VisibilityTimeout: '1' });
      await send(place, queue, 'a message');
      const message = await receiveOne(place, queue);
      await remove(place, queue, message);
      await remove(place, queue, message);
      assertSame('what comes', await receive(place, queue, { WaitTimeSeconds: 2 }), []);
      await eventually(place, [0, 0, 0], () => counts(place, queue));
    },
  },
  {
    id: 'sqs-delete-old-handle',
    behaviour:
      'DeleteMessage with the receipt handle of an earlier delivery is accepted (and need not delete)',
    document: deleting,
    async run(place) {
      const queue = await place.queue('pages');
      await send(place, queue, 'a message');
      const first = await receiveOne(place, queue, { VisibilityTimeout: 0 });
      const second = await receiveOne(place, queue);
      assertSame('the deletion', (await remove(place, queue, first)).$metadata.httpStatusCode, 200);
      await remove(place, queue, second);
      await eventually(place, [0, 0, 0], () => counts(place, queue));
    },
  },
  {
    id: 'sqs-delete-nonsense',
    behaviour: 'DeleteMessage with what is no receipt handle is refused: ReceiptHandleIsInvalid',
    document: deleting,
    async run(place) {
      const call = remove(place, await place.queue('pages'), { ReceiptHandle: 'nonsense' });
      await assertRefused(
        'the call',
        call,
        { names: ['ReceiptHandleIsInvalid'], status: 400 },
        { names: ['ReceiptHandleIsInvalid'], status: 404 },
      );
    },
  },
];
