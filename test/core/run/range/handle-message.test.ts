import fc from 'fast-check';
import { ConfigurationError, PermanentError, ThrottledError, TransientError } from '../../../../core/errors';
import { deadRangeSchema } from '../../../../core/run/dead/dead-range';
import { deadKey } from '../../../../core/run/keys';
import {
  EndlessParkingError,
  type HandleMessageServices,
  handleMessage,
} from '../../../../core/run/range/handle-message';
import { MemoryObjects, memoryLake } from '../../../support/memory-lake';
import { MemoryMessages, memoryPageQueue } from '../../../support/memory-page-queue';
import { aChain, anOpenPlan, aPlan, aRange, messageOf, recordTelemetry, stillClock } from '../run-fixture';

const message = messageOf(aPlan(), aRange());

/** Delivers the message once and tells what became of it. */
async function deliver(
  error: unknown,
  receiveCount = 1,
  changes: Partial<HandleMessageServices> = {},
  sent = message,
) {
  const messages = new MemoryMessages(1000);
  messages.waiting = [{ message: sent, receiveCount: receiveCount - 1 }];
  const received = messages.receive();
  if (!received) throw new Error('there is a message');
  const telemetry = recordTelemetry();
  const objects = new MemoryObjects();
  const outcome = await handleMessage(
    { ...received, attempt: 'a1' },
    {
      lake: memoryLake(objects),
      clock: stillClock(),
      pageQueue: memoryPageQueue(messages),
      telemetry,
      maxReceiveCount: 5,
      load: async () => {
        if (error !== undefined) throw error;
        return 'loaded';
      },
      ...changes,
    },
  );
  return { outcome, messages, objects, counts: telemetry.counts, lines: telemetry.lines };
}

const untouched = { delayed: [], dead: [], backOffs: [] };

describe('handleMessage', () => {
  it.each(['loaded', 'skipped'] as const)('acknowledges a range that was %s', async (loaded) => {
    const { outcome, messages } = await deliver(undefined, 1, { load: async () => loaded });
    expect(outcome).toBe('acknowledge');
    expect(messages).toMatchObject(untouched);
  });

  it.each([
    ['a transient failure', new TransientError('connection reset')],
    ['what nobody foresaw', new TypeError('x is not a function')],
    ['what is not even an error', 'a text'],
  ])('lets the message come back after %s', async (_, error) => {
    const { outcome, messages, counts } = await deliver(error, 4);
    expect(outcome).toBe('retry');
    expect(messages.backOffs).toHaveLength(1);
    expect(messages).toMatchObject({ delayed: [], dead: [] });
    expect(counts).toEqual({});
  });

  it.each([
    ['permanent', new PermanentError('no such page', { evidence: { status: 404 } }), 404],
    ['configuration', new ConfigurationError('secret x does not exist'), undefined],
  ])('sends the message to the DLQ at once after a %s failure', async (failure, error, status) => {
    const { outcome, messages, counts } = await deliver(error, 1);
    expect(outcome).toBe('acknowledge');
    expect(messages.dead).toEqual([
      { message, reason: { failure, error: error.name, reason: error.message, status } },
    ]);
    expect(messages).toMatchObject({ delayed: [], backOffs: [] });
    expect(counts).toEqual({ RangesDeadLettered: 1 });
  });

  it.each([
    [
      new TransientError('HTTP 500', { evidence: { status: 500 } }),
      { failure: 'transient', error: 'TransientError', reason: 'HTTP 500', status: 500 },
    ],
    [new RangeError('out of memory'), { failure: 'unknown', error: 'RangeError', reason: 'out of memory' }],
    ['a text', { failure: 'unknown', error: 'unknown', reason: 'a text' }],
  ])('sends the message to the DLQ with its reason on the last receive: %s', async (error, reason) => {
    const { outcome, messages } = await deliver(error, 5);
    expect(outcome).toBe('acknowledge');
    expect(messages.dead).toEqual([{ message, reason }]);
    expect(messages.backOffs).toEqual([]);
  });

  it.each([
    ['at once', new PermanentError('no such page', { evidence: { status: 404 } }), 1, message],
    ['on the last receive', new TransientError('HTTP 500'), 5, message],
    ['of a look', new PermanentError('no'), 1, { ...message, look: 2 }],
  ])('writes down why a message went to the DLQ: %s', async (_, error, receiveCount, sent) => {
    const { objects } = await deliver(error, receiveCount, {}, sent);
    const document: unknown = JSON.parse(objects.text(deadKey(sent, sent.range)) ?? '');
    expect(deadRangeSchema.parse(document)).toEqual(document);
    expect(document).toEqual({
      slice: 'all',
      index: 1,
      ...(sent.look === undefined ? {} : { look: sent.look }),
      failure: error.failure,
      error: error.name,
      reason: error.message,
      ...(error.evidence.status === undefined ? {} : { status: error.evidence.status }),
      attempt: 'a1',
      at: new Date(stillClock().now()).toISOString(),
    });
  });

  it('writes down nothing of a message that comes back or waits', async () => {
    for (const error of [new TransientError('reset'), new ThrottledError('HTTP 429', 60)]) {
      const { objects } = await deliver(error);
      expect(objects.text(deadKey(message, message.range))).toBeUndefined();
    }
  });

  it('sends the message to the DLQ all the same where the lake takes no document, and says so', async () => {
    const put = () => Promise.reject(new Error('the lake is down'));
    const { outcome, messages, lines } = await deliver(new PermanentError('no'), 1, { lake: { put } });
    expect(outcome).toBe('acknowledge');
    expect(messages.dead).toHaveLength(1);
    expect(lines).toContainEqual({
      message: 'Why a range is dead could not be written down',
      details: { key: deadKey(message, message.range), reason: 'Error: the lake is down' },
    });
  });

  it('writes the document before it sends the message, so that whoever sees the one finds the other', async () => {
    const order: string[] = [];
    const queue = memoryPageQueue(new MemoryMessages());
    await deliver(new PermanentError('no'), 1, {
      lake: { put: async () => void order.push('document') },
      pageQueue: { ...queue, deadLetter: async () => void order.push('message') },
    });
    expect(order).toEqual(['document', 'message']);
  });

  it('parks a throttled range on every receive, so that waiting uses no attempt', async () => {
    for (const receiveCount of [1, 5]) {
      const { outcome, messages, counts } = await deliver(new ThrottledError('HTTP 429', 59.2), receiveCount);
      expect(outcome).toBe('acknowledge');
      expect(messages.delayed).toEqual([{ message: { ...message, parks: 1 }, receiveCount: 0, seconds: 60 }]);
      expect(messages).toMatchObject({ dead: [], backOffs: [] });
      expect(counts).toEqual({ RangesParked: 1 });
    }
  });

  it('counts how often a range was parked, and gives it up after 200 times', async () => {
    const throttled = new ThrottledError('HTTP 429', 60, { evidence: { status: 429 } });
    const last = await deliver(throttled, 1, {}, { ...message, parks: 199 });
    expect(last.messages.delayed).toMatchObject([{ message: { parks: 200 } }]);
    const { outcome, messages, counts } = await deliver(throttled, 1, {}, { ...message, parks: 200 });
    expect(outcome).toBe('acknowledge');
    expect(messages.delayed).toEqual([]);
    // Without the count, so that a redrive begins anew.
    const reason = 'range all-00000001 of cities was asked to wait more than 200 times, last by: HTTP 429';
    const named = { failure: 'permanent', error: EndlessParkingError.name, reason, status: 429 };
    expect(messages.dead).toEqual([{ message, reason: named }]);
    expect(counts).toEqual({ RangesDeadLettered: 1 });
  });

  it('forgets how often a range was parked when it dies of something else', async () => {
    const { messages } = await deliver(new PermanentError('no'), 1, {}, { ...message, parks: 7 });
    expect(messages.dead[0]?.message).toEqual(message);
  });

  it('follows a chain for 100,000 ranges, and no further', async () => {
    const load = jest.fn(async () => 'loaded' as const);
    const [last, beyond] = [100_000, 100_001].map((index) => {
      const chain = aChain({ index, position: { page: 3 * index, cursor: 'c', records: 1 } });
      return messageOf(anOpenPlan(chain), chain);
    });
    await deliver(undefined, 1, { load }, last);
    expect(load).toHaveBeenCalledTimes(1);
    const { messages } = await deliver(undefined, 1, { load }, beyond);
    expect(load).toHaveBeenCalledTimes(1);
    expect(messages.dead).toMatchObject([
      {
        message: beyond,
        reason: {
          failure: 'permanent',
          error: 'EndlessChainError',
          reason:
            'slice all of cities goes on after 100,000 page ranges: cut the dataset into slices, or correct how its pages end',
        },
      },
    ]);
  });

  it('parks for whole seconds that SQS takes, and as long as was asked where it can', async () => {
    const wait = fc.oneof(
      fc.double({ min: 0, max: 2000, noNaN: true }),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    await fc.assert(
      fc.asyncProperty(wait, async (seconds) => {
        const { messages } = await deliver(new ThrottledError('HTTP 429', seconds));
        const parked = messages.delayed[0]?.seconds ?? -1;
        expect(Number.isInteger(parked)).toBe(true);
        expect(parked).toBeLessThanOrEqual(900);
        expect(parked).toBeGreaterThanOrEqual(Math.min(900, seconds));
        expect(parked).toBeLessThanOrEqual(Math.ceil(seconds));
      }),
    );
  });

  it('backs off with full jitter below a ceiling that doubles, in whole seconds that SQS takes', async () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), chance, async (receiveCount, random) => {
        const { messages } = await deliver(new TransientError('reset'), receiveCount, {
          maxReceiveCount: 1000,
          random: () => random,
        });
        const ceiling = Math.min(900, 5 * 2 ** (receiveCount - 1));
        expect(messages.backOffs).toEqual([Math.ceil(random * ceiling)]);
        expect(messages.backOffs[0]).toBeLessThanOrEqual(ceiling);
      }),
    );
  });

  it('uses the whole of the jitter when nobody says otherwise', async () => {
    const backOffs = new Set<number>();
    for (let tries = 0; tries < 100; tries++) {
      const { messages } = await deliver(new TransientError('reset'), 4);
      for (const seconds of messages.backOffs) backOffs.add(seconds);
    }
    expect(backOffs.size).toBeGreaterThan(5); // of 41 possible ones
    for (const seconds of backOffs) expect(seconds).toBeLessThanOrEqual(40);
  });

  it('logs what happened to which range', async () => {
    const { lines } = await deliver(new TransientError('reset', { evidence: { status: 503 } }), 2);
    expect(lines).toEqual([
      {
        message: 'A range was not loaded',
        details: {
          failure: 'transient',
          error: 'TransientError',
          reason: 'reset',
          status: 503,
          receiveCount: 2,
          slice: 'all',
          index: 1,
        },
      },
    ]);
  });

  it.each([
    ['parked', new ThrottledError('HTTP 429', 60)],
    ['sent to the DLQ', new PermanentError('no')],
    ['backed off', new TransientError('reset')],
  ])('does not acknowledge a message that could not be %s', async (_, error) => {
    const pageQueue = memoryPageQueue(new MemoryMessages(), { fault: () => 'before' });
    await expect(deliver(error, 1, { pageQueue })).rejects.toThrow('was made to fail before');
  });
});
