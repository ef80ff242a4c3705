import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { forgetDeadLetters, type SourceQueues, sqsSourceQueues } from '../../aws/dead-letters';
import { moveLetters } from '../../aws/move-letters';
import type { DeadLetter } from '../../core/run/dead/dead-letter';
import { type PageMessage, pageMessageSchema } from '../../core/run/range/page-message';
import { aPlan, aRange, messageOf } from '../core/run/run-fixture';
import { type OpenLocalAws, openLocalAws } from './open-local-aws';

let local: OpenLocalAws;
beforeAll(async () => {
  local = await openLocalAws();
});
afterAll(() => local.close());

let cases = 0;
interface Case {
  readonly names: { readonly pages: string; readonly dead: string };
  readonly urls: { readonly pages: string; readonly dead: string };
  readonly queues: SourceQueues;
}

/** Queues of their own. */
async function open(sqs: SQSClient = local.sqs): Promise<Case> {
  const names = { pages: `pages-${cases}`, dead: `dead-${cases++}` };
  const dead = local.aws.createQueue({ name: names.dead, attributes: {} });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const pages = local.aws.createQueue({ name: names.pages, attributes: { RedrivePolicy } });
  const urls = { pages: pages.url, dead: dead.url };
  return { names, urls, queues: await sqsSourceQueues(sqs, names) };
}

const messageAt = (index: number): PageMessage => ({
  ...messageOf(aPlan(), aRange()),
  range: { ...aRange(), index },
});
const permanent = {
  failure: 'permanent',
  error: 'PermanentError',
  reason: 'HTTP 404: page 1',
  status: 404,
} as const;
const bury = ({ queues }: Case, indexes: Iterable<number>) =>
  Promise.all([...indexes].map((index) => queues.pages.deadLetter(messageAt(index), permanent)));
const indexesTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const indexOf = ({ message }: DeadLetter) => message?.range.index ?? -1;

/** What a queue holds that is visible, taken out of it. */
async function drain(url: string): Promise<number[]> {
  const all: number[] = [];
  for (;;) {
    const { Messages = [] } = await local.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return all.sort((a, b) => a - b);
    for (const { Body = '', ReceiptHandle } of Messages) {
      all.push(pageMessageSchema.parse(JSON.parse(Body)).range.index);
      await local.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
}

describe('reading', () => {
  it.each([0, 1, 9, 10, 137])(
    'tells of %i letters, each once, and leaves them where they are',
    async (count) => {
      const one = await open();
      await bury(one, indexesTo(count));
      for (let times = 0; times < 2; times++) {
        const letters = await one.queues.dead.read(1000);
        expect(letters.map(indexOf).sort((a, b) => a - b)).toEqual(indexesTo(count));
        expect(await one.queues.pages.depth()).toMatchObject({ dead: count });
      }
      expect(local.aws.queue(one.names.dead).depth()).toEqual({ waiting: count, inFlight: 0, delayed: 0 });
    },
  );

  it('tells why, of which run, and since when', async () => {
    const one = await open();
    const before = Date.now();
    await bury(one, [3]);
    const [letter] = await one.queues.dead.read(10);
    expect(letter).toMatchObject({ ...permanent, message: messageAt(3), id: expect.any(String) });
    expect(letter?.sentAt).toBeGreaterThanOrEqual(before);
    expect(letter?.sentAt).toBeLessThanOrEqual(Date.now());
  });

  it('looks at no more than asked', async () => {
    const one = await open();
    await bury(one, indexesTo(25));
    expect(await one.queues.dead.read(12)).toHaveLength(12);
    expect(await one.queues.dead.read(25)).toHaveLength(25);
  });

  it('does not believe what a message says that the queue itself gave up: that is of an earlier time', async () => {
    const one = await open();
    const stale = { reason: { DataType: 'String', StringValue: 'of last week' } };
    const MessageBody = JSON.stringify(messageAt(1));
    const QueueUrl = one.urls.pages;
    await local.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes: stale }));
    for (let times = 0; times < 2; times++) {
      await local.sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
    }
    expect(await one.queues.dead.read(10)).toMatchObject([
      { failure: 'unknown', reason: 'the function ended before it could say why', message: messageAt(1) },
    ]);
  });

  it('bears with what is no page message', async () => {
    const one = await open();
    for (const MessageBody of ['hello', '{"source":1}', '[]']) {
      await local.sqs.send(new SendMessageCommand({ QueueUrl: one.urls.dead, MessageBody }));
    }
    const letters = await one.queues.dead.read(10);
    expect(letters).toHaveLength(3);
    for (const letter of letters) {
      expect(letter).toMatchObject({
        message: undefined,
        failure: 'unknown',
        reason: expect.stringContaining('no page message'),
      });
    }
  });
});

describe('a move of all', () => {
  it('moves what workers sent, and tells how far it is', async () => {
    const one = await open();
    await bury(one, indexesTo(30));
    const handle = await one.queues.dead.startMove();
    let [task] = await one.queues.dead.moves();
    while (task?.status === 'RUNNING') {
      expect(task.handle).toBe(handle);
      [task] = await one.queues.dead.moves();
    }
    expect(task).toMatchObject({
      status: 'COMPLETED',
      moved: 30,
      toMove: 30,
      handle: undefined,
      failure: undefined,
    });
    expect(await drain(one.urls.pages)).toEqual(indexesTo(30));
    expect(await one.queues.pages.depth()).toMatchObject({ dead: 0 });
  });

  it('can be paced and stopped; what is left stays', async () => {
    const one = await open();
    await bury(one, indexesTo(5));
    const handle = await one.queues.dead.startMove({ rate: 1 });
    await expect(one.queues.dead.startMove()).rejects.toThrow('already a task running');
    const moved = await one.queues.dead.cancelMove(handle);
    expect(await one.queues.dead.moves()).toMatchObject([{ status: 'CANCELLED', rate: 1, moved }]);
    const there = await drain(one.urls.pages);
    expect(there).toHaveLength(moved);
    expect([...there, ...(await drain(one.urls.dead))].sort()).toEqual(indexesTo(5));
  });
});

describe('a move of some', () => {
  it('moves what is chosen, without what was said of it, and leaves the rest visible', async () => {
    const one = await open();
    await bury(one, indexesTo(60));
    const told: number[] = [];
    const moved = await one.queues.dead.moveSome((letter) => indexOf(letter) % 3 === 0, {
      onMoved: (done, of) => told.push(done, of),
    });
    expect(moved).toEqual({ moved: 20, left: 0, hidden: 0 });
    expect(told.slice(-2)).toEqual([20, 20]);
    const { Messages } = await local.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: one.urls.pages,
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 0,
      }),
    );
    expect(Messages?.[0]?.MessageAttributes).toBeUndefined();
    expect(local.aws.queue(one.names.pages).depth().waiting).toBe(20);
    expect(await drain(one.urls.dead)).toEqual(indexesTo(60).filter((index) => index % 3 !== 0));
  });

  it('leaves alone what fails again meanwhile, however fast', async () => {
    const one = await open();
    await bury(one, indexesTo(12));
    const buried: Promise<void>[] = [];
    const { moved } = await one.queues.dead.moveSome(() => true, {
      onMoved: (done) => buried.push(one.queues.pages.deadLetter(messageAt(100 + done), permanent)),
    });
    await Promise.all(buried);
    expect(moved).toBe(12);
    expect(await drain(one.urls.dead)).toEqual(indexesTo(12).map((index) => 101 + index));
  });

  it('keeps to a rate, and ends between two letters when it is stopped', async () => {
    const one = await open();
    await bury(one, indexesTo(8));
    const started = performance.now();
    await one.queues.dead.moveSome((letter) => indexOf(letter) < 4, { rate: 20 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(3 * 50 - 5);

    const stop = new AbortController();
    const stopped = await one.queues.dead.moveSome(() => true, {
      rate: 5,
      signal: stop.signal,
      onMoved: () => stop.abort(),
    });
    expect(stopped).toMatchObject({ moved: 1, left: 3 });
    expect(local.aws.queue(one.names.dead).depth()).toEqual({ waiting: 3, inFlight: 0, delayed: 0 });
  });

  it('waits for what somebody else is looking at', async () => {
    const one = await open();
    await bury(one, [1, 2]);
    const { Messages = [] } = await local.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: one.urls.dead, MaxNumberOfMessages: 1, VisibilityTimeout: 1 }),
    );
    expect(Messages).toHaveLength(1);
    expect(await one.queues.dead.remove(() => true)).toEqual({ moved: 2, left: 0, hidden: 0 });
  });

  it('forgets the letters of one run', async () => {
    const one = await open();
    await bury(one, [1, 2]);
    const other = { ...messageAt(3), runId: '2026-02-01t03-00-00-000z' };
    await one.queues.pages.deadLetter(other, permanent);
    expect(await forgetDeadLetters(one.queues, messageAt(1))).toBe(2);
    expect((await one.queues.dead.read(10)).map(({ message }) => message)).toEqual([other]);
  });
});

test('whatever call fails, and wherever the process dies, no letter is lost and only what is chosen is moved', async () => {
  const fault = fc.constantFrom('none', 'none', 'none', 'none', 'before', 'after', 'death');
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 15 }),
      fc.array(fault, { maxLength: 60 }),
      async (count, faults) => {
        const one = await open();
        await bury(one, indexesTo(count));
        const held = new Set<string>();
        const sqs = faultyClient([...faults], held);
        const isEven = (letter: DeadLetter) => indexOf(letter) % 2 === 0;
        const ended = await moveLetters({ sqs, from: one.urls.dead, to: one.urls.pages }, isEven).then(
          () => 'well' as const,
          () => 'badly' as const,
        );
        const moved = await drain(one.urls.pages);
        // What a dead process holds is visible again once its time is over: here at once.
        for (const ReceiptHandle of held) {
          const end = { QueueUrl: one.urls.dead, ReceiptHandle, VisibilityTimeout: 0 };
          await local.sqs.send(new ChangeMessageVisibilityCommand(end)).catch(() => undefined);
        }
        const left = await drain(one.urls.dead);
        expect([...new Set([...moved, ...left])].sort((a, b) => a - b)).toEqual(indexesTo(count));
        expect(moved.every((index) => index % 2 === 0)).toBe(true);
        expect(new Set(moved).size).toBe(moved.length);
        if (ended === 'well') {
          const chosen = indexesTo(count).filter((index) => index % 2 === 0);
          expect(moved).toEqual(chosen.filter((index) => moved.includes(index)));
          // A release that failed hides a letter for a while; a call that failed ends it badly.
          expect(left.filter((index) => index % 2 === 1)).toEqual(
            indexesTo(count).filter((index) => index % 2 === 1),
          );
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

/** A client whose calls fail as told, before or after they take effect; after its death none gets through. */
function faultyClient(faults: string[], held: Set<string>): SQSClient {
  let dead = false;
  const send = async (command: ReceiveMessageCommand) => {
    const next = dead ? 'death' : faults.shift();
    if (next === 'death') dead = true;
    if (next === 'death' || next === 'before') throw new Error('the call was not made');
    const answer = await local.sqs.send(command);
    for (const { ReceiptHandle } of answer.Messages ?? []) if (ReceiptHandle) held.add(ReceiptHandle);
    if (next === 'after') throw new Error('the answer was lost');
    return answer;
  };
  // Only what is called is there; the client's overloads cannot be written down one by one.
  return { send } as unknown as SQSClient;
}
