import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ConfigurationError } from '../../../core/errors';
import { MessageJournal } from '../../../local/aws/message-journal';
import { parseQueueAttributes } from '../../../local/aws/queue-attributes';
import { type Delivery, SqsQueue } from '../../../local/aws/sqs-queue';
import { ManualClock } from './manual-clock';

const open = new AbortController().signal;
let folder: string;
let clock: ManualClock;
let ids = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queues-'));
  clock = new ManualClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'queues', 'dead.jsonl');

/** A DLQ as a new process finds it, and the queue before it. */
function restart(path = file()) {
  const dead = new SqsQueue('dead', 'arn:dead', parseQueueAttributes('dead', {}), undefined, clock);
  dead.keepIn(new MessageJournal(path));
  const redrive = { target: dead, maxReceiveCount: 1 };
  const pages = new SqsQueue('pages', 'arn:pages', parseQueueAttributes('pages', {}), redrive, clock);
  return { dead, pages };
}
const send = (to: SqsQueue, body: string, delay?: number) =>
  to.send(
    {
      id: `m${ids++}`,
      body,
      attributes: { reason: { DataType: 'String', StringValue: `why ${body}` } },
      senderId: 'worker',
    },
    delay,
  );
const receive = (from: SqsQueue, max = 10, visibilitySeconds = 30) =>
  from.receive({ max, waitSeconds: 0, visibilitySeconds }, open);
async function bodies(from: SqsQueue): Promise<string[]> {
  const all: string[] = [];
  for (let got = await receive(from); got.length > 0; got = await receive(from))
    all.push(...got.map(({ message }) => message.body));
  return all.sort();
}

test('dead letters are there after a process that was killed, with all that is known of them', async () => {
  const { dead, pages } = restart();
  send(dead, 'by a worker');
  send(pages, 'poison');
  await receive(pages);
  clock.advance(30);
  await receive(pages);
  const [before] = await receive(dead);
  expect(before?.message.body).toBe('by a worker');
  const sentAt = before?.message.sentAt;

  clock.advance(3600); // and nothing was closed
  const { dead: after } = restart();
  expect(after.depth()).toEqual({ waiting: 2, inFlight: 0, delayed: 0 });
  const got = await receive(after);
  expect(got.map(({ message }) => message)).toMatchObject([
    {
      body: 'by a worker',
      sentAt,
      senderId: 'worker',
      attributes: { reason: { DataType: 'String', StringValue: 'why by a worker' } },
      deadLetterSource: undefined,
    },
    { body: 'poison', deadLetterSource: 'arn:pages', receiveCount: 2 },
  ]);
});

test('an empty DLQ leaves nothing behind, and one that was never used no file', async () => {
  const { dead } = restart();
  expect(existsSync(file())).toBe(false);
  send(dead, 'a');
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  const [delivery] = await receive(dead);
  dead.delete(delivery?.receiptHandle ?? '');
  expect(readFileSync(file(), 'utf8')).toBe('');
  send(dead, 'b');
  dead.close();
  expect(await bodies(restart().dead)).toEqual(['b']);
});

test('half a line is what a killed process was about to say: it is left out', async () => {
  const { dead } = restart();
  send(dead, 'a');
  dead.close();
  appendFileSync(file(), '{"id":"m9","body":"hal');
  const { dead: after } = restart();
  send(after, 'b');
  after.close();
  expect(await bodies(restart().dead)).toEqual(['a', 'b']);
});

test('a file that somebody else wrote is named', () => {
  const { dead } = restart();
  send(dead, 'a');
  dead.close();
  writeFileSync(file(), 'not ours\n');
  expect(() => restart()).toThrow(ConfigurationError);
  expect(() => restart()).toThrow(file());
});

test('what is too old is gone after a restart too', async () => {
  const { dead } = restart();
  send(dead, 'old');
  clock.advance(4 * 24 * 3600);
  send(dead, 'new');
  expect(await bodies(restart().dead)).toEqual(['new']);
});

test('a DLQ that cannot be written takes no message, and the queue before it keeps what it gave up', async () => {
  writeFileSync(join(folder, 'blocked'), '');
  const { dead, pages } = restart(join(folder, 'blocked', 'dead.jsonl'));
  expect(() => send(dead, 'a')).toThrow();
  expect(dead.depth().waiting).toBe(0);
  send(pages, 'poison');
  await receive(pages);
  clock.advance(30);
  await expect(receive(pages)).rejects.toThrow();
  expect(pages.depth()).toEqual({ waiting: 1, inFlight: 0, delayed: 0 });
});

test('whatever happens, and wherever the process is killed, a restart finds what was there', async () => {
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('send' as const), delay: fc.constantFrom(0, 20) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('receive' as const), max: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('move' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  );
  let paths = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const path = join(folder, `p${paths++}.jsonl`);
      let { dead } = restart(path);
      // Without a DLQ of its own: nothing comes back.
      const target = new SqsQueue(
        'target',
        'arn:target',
        parseQueueAttributes('target', {}),
        undefined,
        clock,
      );
      const there = new Set<string>();
      let held: Delivery[] = [];
      let count = 0;
      for (const one of actions) {
        if (one.type === 'send') {
          send(dead, `b${count}`, one.delay);
          there.add(`b${count++}`);
        }
        if (one.type === 'wait') clock.advance(31);
        if (one.type === 'receive') held.push(...(await receive(dead, one.max)));
        const delivery = one.type === 'delete' ? held[one.which % Math.max(1, held.length)] : undefined;
        if (delivery) {
          const before = dead.depth();
          dead.delete(delivery.receiptHandle);
          const after = dead.depth();
          if (after.waiting + after.inFlight < before.waiting + before.inFlight)
            there.delete(delivery.message.body);
        }
        if (one.type === 'move') {
          const total = () => dead.depth().waiting;
          const before = total();
          expect(dead.moveFirst(() => target, `n${ids++}`)).toBe(before > 0);
          for (const { message } of await receive(target)) there.delete(message.body);
        }
        if (one.type === 'restart') {
          ({ dead } = restart(path));
          held = [];
        }
      }
      expect(await bodies(restart(path).dead)).toEqual([...there].sort());
    }),
    { numRuns: 200 },
  );
});
