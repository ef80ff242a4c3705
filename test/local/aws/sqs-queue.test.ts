import fc from 'fast-check';
import { parseQueueAttributes } from '../../../local/aws/queue-attributes';
import { type Delivery, SqsQueue } from '../../../local/aws/sqs-queue';
import { ManualClock } from './manual-clock';

const open = new AbortController().signal;
let clock: ManualClock;
let sent = 0;

beforeEach(() => {
  clock = new ManualClock();
});

function queue(
  attributes: Record<string, string> = {},
  redrive?: { target: SqsQueue; maxReceiveCount: number },
) {
  return new SqsQueue('q', 'arn:q', parseQueueAttributes('q', attributes), redrive, clock);
}
const send = (to: SqsQueue, body: string, delay?: number) =>
  to.send({ id: `m${sent++}`, body, attributes: undefined, senderId: 'test' }, delay);
const receive = (from: SqsQueue, max = 10, visibilitySeconds = 30) =>
  from.receive({ max, waitSeconds: 0, visibilitySeconds }, open);
const bodies = (deliveries: Delivery[]) => deliveries.map(({ message }) => message.body);

test('a message is hidden for its visibility timeout, then comes back with a count and a new handle', async () => {
  const q = queue();
  send(q, 'a');
  const [first] = await receive(q);
  expect(first?.message).toMatchObject({ body: 'a', receiveCount: 1, firstReceivedAt: clock.now() });
  clock.advance(29.9);
  expect(await receive(q)).toEqual([]);
  clock.advance(0.1);
  const [second] = await receive(q);
  expect(second?.message).toMatchObject({ receiveCount: 2, firstReceivedAt: clock.now() - 30_000 });
  q.delete(first?.receiptHandle ?? '');
  expect(q.depth()).toEqual({ waiting: 0, inFlight: 1, delayed: 0 });
  q.delete(second?.receiptHandle ?? '');
  q.delete(second?.receiptHandle ?? '');
  expect(q.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
});

test('a message can be deleted after its timeout, as long as nobody else received it', async () => {
  const q = queue();
  send(q, 'a');
  const [delivery] = await receive(q);
  clock.advance(31);
  expect(q.depth().waiting).toBe(1);
  q.delete(delivery?.receiptHandle ?? '');
  expect(q.depth().waiting).toBe(0);
  expect(await receive(q)).toEqual([]);
});

test('the oldest message is the one that was sent first, also while it is hidden, and one that is sent again is new', async () => {
  const q = queue();
  expect(q.oldestSentAt()).toBeUndefined();
  const start = clock.now();
  send(q, 'first');
  clock.advance(60);
  send(q, 'second', 900);
  const [first] = await receive(q);
  expect(q.oldestSentAt()).toBe(start);
  send(q, 'first', 900);
  q.delete(first?.receiptHandle ?? '');
  expect(q.oldestSentAt()).toBe(start + 60_000);
});

test('a message that was received more than three times does not count as the oldest', async () => {
  const q = queue();
  const start = clock.now();
  send(q, 'poison');
  for (let times = 1; times <= 4; times += 1) {
    expect(q.oldestSentAt()).toBe(start);
    expect(bodies(await receive(q))).toEqual(['poison']);
    clock.advance(30);
  }
  expect(q.oldestSentAt()).toBeUndefined();
});

test('a delay hides a message, its own before the queue’s', async () => {
  const q = queue({ DelaySeconds: '10' });
  send(q, 'queue’s');
  send(q, 'none', 0);
  send(q, 'own', 900);
  expect(q.depth()).toEqual({ waiting: 1, inFlight: 0, delayed: 2 });
  expect(bodies(await receive(q))).toEqual(['none']);
  clock.advance(10);
  expect(bodies(await receive(q))).toEqual(['queue’s']);
  clock.advance(890);
  expect(bodies(await receive(q))).toContain('own');
});

test('visibility can be changed while a message is in flight, and only then', async () => {
  const q = queue();
  send(q, 'a');
  const [first] = await receive(q);
  q.changeVisibility(first?.receiptHandle ?? '', 100);
  clock.advance(99);
  expect(await receive(q)).toEqual([]);
  q.changeVisibility(first?.receiptHandle ?? '', 0);
  expect(() => q.changeVisibility(first?.receiptHandle ?? '', 5)).toThrow(
    expect.objectContaining({ code: 'MessageNotInflight' }),
  );
  const [second] = await receive(q);
  expect(second?.message.receiveCount).toBe(2);
  expect(() => q.changeVisibility(first?.receiptHandle ?? '', 5)).toThrow('not available for visibility');
  q.delete(second?.receiptHandle ?? '');
  expect(() => q.changeVisibility(second?.receiptHandle ?? '', 5)).toThrow('does not exist');
});

test('a handle of another queue, or none at all, is invalid', async () => {
  const [one, other] = [queue(), queue()];
  send(one, 'a');
  const [delivery] = await receive(one);
  for (const handle of [delivery?.receiptHandle ?? '', 'nonsense', '']) {
    expect(() => other.delete(handle)).toThrow(expect.objectContaining({ code: 'ReceiptHandleIsInvalid' }));
  }
});

test('a message that was received too often goes to the dead-letter queue, once, and keeps its age', async () => {
  const dead = queue();
  const q = queue({}, { target: dead, maxReceiveCount: 2 });
  send(q, 'poison');
  const sentAt = clock.now();
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(await receive(q)).toHaveLength(1);
    expect(dead.depth().waiting).toBe(0);
    clock.advance(30);
  }
  expect(await receive(q)).toEqual([]);
  expect(q.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  const [delivery] = await receive(dead);
  expect(delivery?.message).toMatchObject({
    body: 'poison',
    sentAt,
    receiveCount: 3,
    deadLetterSource: 'arn:q',
  });
});

test('messages older than the retention period are gone', async () => {
  const q = queue({ MessageRetentionPeriod: '60' });
  send(q, 'old');
  send(q, 'delayed', 90);
  clock.advance(59);
  expect(q.depth()).toMatchObject({ waiting: 1, delayed: 1 });
  clock.advance(31);
  expect(q.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  send(q, 'new');
  expect(bodies(await receive(q))).toEqual(['new']);
});

describe('a long poll', () => {
  const poll = (from: SqsQueue, waitSeconds: number, signal = open) =>
    from.receive({ max: 10, waitSeconds, visibilitySeconds: 30 }, signal);

  test('ends with the first message, and at its time without one', async () => {
    const q = queue();
    const polls = [poll(q, 20), poll(q, 20)];
    expect(clock.sleepers).toBe(2);
    send(q, 'a');
    const first = await Promise.race(polls);
    expect(bodies(first)).toEqual(['a']);
    clock.advance(20);
    expect((await Promise.all(polls)).flat()).toHaveLength(1);
    expect(clock.sleepers).toBe(0);
  });

  test('ends when a delay or a visibility timeout does', async () => {
    const q = queue();
    send(q, 'delayed', 5);
    send(q, 'received');
    await receive(q, 1, 12);
    const first = poll(q, 20);
    clock.advance(5);
    expect(bodies(await first)).toEqual(['delayed']);
    const second = poll(q, 20);
    clock.advance(7);
    expect(bodies(await second)).toEqual(['received']);
  });

  test('ends when visibility is given back', async () => {
    const q = queue();
    send(q, 'a');
    const [delivery] = await receive(q);
    const waiting = poll(q, 20);
    q.changeVisibility(delivery?.receiptHandle ?? '', 0);
    expect(bodies(await waiting)).toEqual(['a']);
  });

  test('takes nothing once its client has gone', async () => {
    const q = queue();
    const client = new AbortController();
    const waiting = poll(q, 20, client.signal);
    client.abort();
    send(q, 'a');
    expect(await waiting).toEqual([]);
    expect(q.depth().waiting).toBe(1);
    expect(clock.sleepers).toBe(0);
  });
});

test('120,000 messages can be in flight, and no more', async () => {
  const q = queue();
  for (let count = 0; count < 120_005; count++) send(q, 'x');
  for (let count = 0; count < 12_000; count++) await receive(q);
  await expect(receive(q)).rejects.toMatchObject({ code: 'OverLimit' });
  expect(q.depth()).toEqual({ waiting: 5, inFlight: 120_000, delayed: 0 });
});

test('whatever happens, every message is somewhere, once, and none comes back after it was deleted', async () => {
  const action = fc.oneof(
    fc.record({ type: fc.constant('send' as const), delay: fc.constantFrom(0, 5, 50) }),
    fc.record({ type: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 10 }) }),
    fc.record({ type: fc.constant('delete' as const), which: fc.nat() }),
    fc.record({ type: fc.constant('change' as const), which: fc.nat(), seconds: fc.constantFrom(0, 7, 70) }),
    fc.record({ type: fc.constant('wait' as const), seconds: fc.constantFrom(1, 10, 40) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
      clock = new ManualClock();
      const dead = queue();
      const q = queue({}, { target: dead, maxReceiveCount: 3 });
      const handles: Delivery[] = [];
      const inFlight = new Map<string, number>();
      const deleted = new Set<string>();
      let count = 0;
      for (const one of actions) {
        const delivery = 'which' in one ? handles[one.which % handles.length] : undefined;
        if (one.type === 'send') send(q, `${count++}`, one.delay);
        if (one.type === 'wait') clock.advance(one.seconds);
        if (one.type === 'receive') {
          for (const got of await receive(q, one.max)) {
            expect(deleted).not.toContain(got.message.id);
            expect(inFlight.get(got.message.id) ?? 0).toBeLessThanOrEqual(clock.monotonic());
            expect(got.message.receiveCount).toBeLessThanOrEqual(3);
            inFlight.set(got.message.id, clock.monotonic() + 30_000);
            // The message goes on living: what was seen of it is kept.
            handles.push({ ...got, message: { ...got.message } });
          }
        }
        if (one.type === 'delete' && delivery) {
          const latest = handles.findLast(({ message }) => message.id === delivery.message.id);
          const before = q.depth();
          q.delete(delivery.receiptHandle);
          const after = q.depth();
          const removed = before.waiting + before.inFlight - after.waiting - after.inFlight;
          if (removed === 1) deleted.add(delivery.message.id);
          if (latest?.receiptHandle !== delivery.receiptHandle) expect(removed).toBe(0);
        }
        if (one.type === 'change' && delivery) {
          try {
            q.changeVisibility(delivery.receiptHandle, one.seconds);
            inFlight.set(delivery.message.id, clock.monotonic() + one.seconds * 1000);
          } catch (error) {
            expect(['MessageNotInflight', 'InvalidParameterValueException']).toContain(
              (error as { code: string }).code,
            );
          }
        }
        const depth = q.depth();
        expect(depth.waiting + depth.inFlight + depth.delayed + dead.depth().waiting + deleted.size).toBe(
          count,
        );
      }
    }),
    { numRuns: 200 },
  );
});
