import {
  ChangeMessageVisibilityCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { queueUrl, sqsPageQueue, sqsSender } from '../../aws/page-queue';
import { plannedRanges } from '../../core/plan/grid';
import { messagesOf } from '../../core/run/missing/enqueue-missing';
import { pageMessageSchema } from '../../core/run/range/page-message';
import { aGrid, aLead, anOpenPlan, aPlan } from '../core/run/run-fixture';
import { type OpenLocalAws, openLocalAws } from './open-local-aws';

/** Messages of a run of as many ranges. */
const messagesFor = (ranges: number) => {
  if (ranges === 0) return [];
  const plan = aPlan({ sequences: [aGrid({ pages: ranges, slicePages: ranges, pagesPerRange: 1 })] });
  return [...messagesOf(plan, plannedRanges(plan))];
};
const [message] = messagesFor(1) as [ReturnType<typeof messagesFor>[number]];

describe('sqsPageQueue on a queue', () => {
  let local: OpenLocalAws;
  beforeAll(async () => {
    local = await openLocalAws();
  });
  afterAll(() => local.close());

  let queues = 0;
  /** A page queue of its own for each case, with its DLQ. */
  function open() {
    const name = `case-${queues++}`;
    const dead = local.aws.createQueue({ name: `${name}-dead`, attributes: {} });
    const pages = local.aws.createQueue({
      name: `${name}-pages`,
      attributes: {
        VisibilityTimeout: '600',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
      },
    });
    const urls = { pages: pages.url, dead: dead.url };
    return { name, urls, queue: sqsPageQueue(local.sqs, urls) };
  }

  async function receive(url: string, most = 10): Promise<Message[]> {
    const { Messages = [] } = await local.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: most, MessageAttributeNames: ['All'] }),
    );
    return Messages;
  }

  async function receiveAll(url: string): Promise<Message[]> {
    const all: Message[] = [];
    for (let some = await receive(url); some.length > 0; some = await receive(url)) all.push(...some);
    return all;
  }

  it.each([0, 1, 10, 11, 95, 423])('sends %i messages, each once', async (count) => {
    const { urls, queue } = open();
    expect(await queue.send(messagesFor(count))).toBe(count);
    const bodies = (await receiveAll(urls.pages)).map(({ Body = '' }) =>
      pageMessageSchema.parse(JSON.parse(Body)),
    );
    expect(bodies.sort((a, b) => a.range.index - b.range.index)).toEqual(messagesFor(count));
  });

  it('parks a message: not there yet, and not received either', async () => {
    const { urls, queue } = open();
    await queue.park(message, 900);
    expect(await receive(urls.pages)).toEqual([]);
    expect(await queue.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 1, dead: 0 });
  });

  it('parks for no time at all', async () => {
    const { queue } = open();
    await queue.park(message, 0);
    expect(await queue.depth()).toMatchObject({ waiting: 1, delayed: 0 });
  });

  it('sends to the DLQ with what an operator groups it by', async () => {
    const { urls, queue } = open();
    await queue.deadLetter(message, {
      failure: 'permanent',
      error: 'PermanentError',
      reason: 'HTTP 404: no such page',
      status: 404,
    });
    const [dead] = await receive(urls.dead);
    expect(pageMessageSchema.parse(JSON.parse(dead?.Body ?? ''))).toEqual(message);
    expect(dead?.MessageAttributes).toEqual({
      failure: { DataType: 'String', StringValue: 'permanent' },
      error: { DataType: 'String', StringValue: 'PermanentError' },
      reason: { DataType: 'String', StringValue: 'HTTP 404: no such page' },
      dataset: { DataType: 'String', StringValue: 'cities' },
      runId: { DataType: 'String', StringValue: '2026-01-31t03-00-00-000z' },
      status: { DataType: 'Number', StringValue: '404' },
    });
  });

  it('leaves out the status where there was none, and cuts a long reason', async () => {
    const { urls, queue } = open();
    await queue.deadLetter(message, {
      failure: 'unknown',
      error: 'TypeError',
      reason: 'x'.repeat(5000),
      status: undefined,
    });
    const [dead] = await receive(urls.dead);
    expect(dead?.MessageAttributes?.status).toBeUndefined();
    expect(dead?.MessageAttributes?.reason?.StringValue).toBe('x'.repeat(1000));
  });

  it('makes a received message come back when it says', async () => {
    const { urls, queue } = open();
    await queue.send([message]);
    const [received] = await receive(urls.pages);
    expect(await receive(urls.pages)).toEqual([]);
    await queue.backOff(received?.ReceiptHandle ?? '', 0);
    expect(await receive(urls.pages)).toHaveLength(1);
  });

  it('rejects when a message cannot be made to come back', async () => {
    const { queue } = open();
    await expect(queue.backOff('of nobody', 5)).rejects.toThrow();
  });

  it('knows what is where', async () => {
    const { urls, queue } = open();
    expect(await queue.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0, dead: 0 });
    await queue.send(messagesFor(7));
    await queue.park(message, 60);
    expect(await receive(urls.pages, 3)).toHaveLength(3);
    await queue.deadLetter(message, { failure: 'permanent', error: 'PermanentError', reason: 'no' });
    await queue.deadLetter(message, { failure: 'permanent', error: 'PermanentError', reason: 'no' });
    await receive(urls.dead, 1); // somebody looks at it: it is there all the same
    expect(await queue.depth()).toEqual({ waiting: 4, inFlight: 3, delayed: 1, dead: 2 });
  });

  it('finds a queue by its name', async () => {
    const { name, urls } = open();
    expect(await queueUrl(local.sqs, `${name}-pages`)).toBe(urls.pages);
    await expect(queueUrl(local.sqs, 'nowhere')).rejects.toThrow(/queue/i);
  });
});

describe('sqsPageQueue when SQS is not well', () => {
  const client = new SQSClient();
  const sqs = mockClient(client);
  const urls = { pages: 'https://sqs.example/pages', dead: 'https://sqs.example/dead' };
  const queue = sqsPageQueue(client, urls);
  beforeEach(() => sqs.reset());
  afterAll(() => sqs.restore());

  const batchesSent = () =>
    sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries ?? []);

  it('sends again what SQS did not take of a batch, and nothing else, until all is sent', async () => {
    const failures = fc.infiniteStream(fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 65 }), failures, async (count, failing) => {
        sqs.reset();
        const taken: string[] = [];
        const tries = new Map<string, number>();
        sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }) => {
          const Failed = [];
          for (const { Id = '', MessageBody = '' } of Entries) {
            const triedBefore = tries.get(MessageBody) ?? 0;
            tries.set(MessageBody, triedBefore + 1);
            if (triedBefore < 4 && failing.next().value)
              Failed.push({ Id, Code: 'InternalError', SenderFault: false });
            else taken.push(MessageBody);
          }
          return { Failed };
        });
        expect(await queue.send(messagesFor(count))).toBe(count);
        expect(taken.sort()).toEqual(
          messagesFor(count)
            .map((each) => JSON.stringify(each))
            .sort(),
        );
        for (const batch of batchesSent()) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(10);
          expect(new Set(batch.map(({ Id }) => Id)).size).toBe(batch.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('sends no more in a batch than 256 KiB, unless one message alone has more', async () => {
    sqs.on(SendMessageBatchCommand).resolves({});
    const of = (bytes: number) => {
      const lead = aLead(1, { slices: [{ name: 's-0', parameters: { parent: 'x'.repeat(bytes) } }] });
      return [...messagesOf(anOpenPlan(lead), plannedRanges({ sequences: [lead] }))];
    };
    const sizes = [100_000, 100_000, 100_000, 300_000, 10, 10];
    expect(await queue.send(sizes.flatMap(of))).toBe(6);
    expect(batchesSent().map((batch) => batch.length)).toEqual([2, 1, 1, 2]);
  });

  it('gives up on what SQS does not take five times, with an error that is worth another attempt', async () => {
    const Failed = [{ Id: '3', Code: 'InternalError', Message: 'try again', SenderFault: false }];
    sqs.on(SendMessageBatchCommand).resolves({ Failed });
    await expect(queue.send(messagesFor(10))).rejects.toMatchObject({
      failure: 'transient',
      message: 'SQS did not take 1 messages: try again',
    });
    expect(batchesSent().map((batch) => batch.length)).toEqual([10, 1, 1, 1, 1]);
  });

  it('has at most twenty batches under way, and reads no further ahead', async () => {
    let underWay = 0;
    let most = 0;
    let read = 0;
    let furthest = 0;
    sqs.on(SendMessageBatchCommand).callsFake(async ({ Entries = [] }) => {
      most = Math.max(most, ++underWay);
      furthest = Math.max(furthest, read);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      read -= Entries.length;
      return {};
    });
    const counted = (function* () {
      for (const each of messagesFor(1000)) {
        read++;
        yield each;
      }
    })();
    expect(await sqsSender(client, urls.pages).send(counted)).toBe(1000);
    expect(most).toBe(20);
    expect(furthest).toBeLessThanOrEqual(200);
  });

  it('passes on what SQS refuses', async () => {
    const refused = new Error('AccessDenied');
    sqs.onAnyCommand().rejects(refused);
    await expect(queue.send(messagesFor(30))).rejects.toBe(refused);
    await expect(queue.park(message, 5)).rejects.toBe(refused);
    await expect(
      queue.deadLetter(message, { failure: 'permanent', error: 'PermanentError', reason: 'no' }),
    ).rejects.toBe(refused);
    await expect(queue.backOff('handle', 5)).rejects.toBe(refused);
    await expect(queue.depth()).rejects.toBe(refused);
    await expect(queueUrl(client, 'name')).rejects.toBe(refused);
  });

  it('says which queue has no URL', async () => {
    sqs.onAnyCommand().resolves({});
    await expect(queueUrl(client, 'baseload-dev-x-pages')).rejects.toThrow(
      'SQS gave no URL for the queue baseload-dev-x-pages',
    );
  });

  it('asks the page queue for back-offs and delays, and the DLQ for nothing but dead messages', async () => {
    sqs.onAnyCommand().resolves({});
    await queue.park(message, 42);
    await queue.backOff('handle', 7);
    await queue.deadLetter(message, { failure: 'permanent', error: 'PermanentError', reason: 'no' });
    const sent = sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
    expect(sent).toMatchObject([{ QueueUrl: urls.pages, DelaySeconds: 42 }, { QueueUrl: urls.dead }]);
    expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toEqual({
      QueueUrl: urls.pages,
      ReceiptHandle: 'handle',
      VisibilityTimeout: 7,
    });
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html: #x9 | #xA | #xD |
  // #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF, and no empty text.
  it('sends only such reasons to the DLQ as SQS takes', async () => {
    const reason = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary', minLength: 990, maxLength: 1010 }),
    );
    await fc.assert(
      fc.asyncProperty(reason, async (anyReason) => {
        sqs.reset();
        sqs.on(SendMessageCommand).resolves({});
        await queue.deadLetter(message, { failure: 'unknown', error: anyReason, reason: anyReason });
        const sent = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input.MessageAttributes;
        for (const text of [sent?.reason?.StringValue, sent?.error?.StringValue])
          expect(text).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+$/u);
      }),
      { examples: [['page 3 is malformed: \u0000'], [''], [`${'x'.repeat(999)}🦊`], ['\ud83e']] },
    );
  });
});
