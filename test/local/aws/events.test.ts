import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { PutEvent } from '../../../local/aws/event-buses';
import { type RunningAws, region, runAws } from './running-aws';

const bus = 'runs';
const busArn = `arn:aws:events:${region}:000000000000:event-bus/${bus}`;
let running: RunningAws;
let heard: PutEvent[];
let clients: EventBridgeClient[];

beforeEach(async () => {
  heard = [];
  clients = [];
  running = await runAws({ onEvent: (put) => heard.push(put) });
  running.aws.createEventBus(bus);
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await running.stop();
});

const entry = (changes: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'baseload',
  DetailType: 'RunPublished',
  Detail: '{"runId":"r"}',
  EventBusName: bus,
  ...changes,
});
function put(entries: PutEventsRequestEntry[], accessKeyId = 'ADMIN') {
  const client = new EventBridgeClient(running.as(accessKeyId));
  clients.push(client);
  return client.send(new PutEventsCommand({ Entries: entries }));
}
const details = () => running.aws.events(bus).map(({ detail }) => detail);

test('events are kept in their order, told, and shaped as a rule’s target gets them', async () => {
  const time = new Date('2026-11-23T03:00:00Z');
  const { Entries, FailedEntryCount } = await put([
    entry({ Time: time, Resources: ['arn:aws:s3:::lake'] }),
    entry({ Detail: '{"runId":"s"}', EventBusName: busArn }),
  ]);
  expect(FailedEntryCount).toBe(0);
  expect(details()).toEqual([{ runId: 'r' }, { runId: 's' }]);
  expect(running.aws.events(bus)[0]).toEqual({
    version: '0',
    id: Entries?.[0]?.EventId,
    'detail-type': 'RunPublished',
    source: 'baseload',
    account: '000000000000',
    time: '2026-11-23T03:00:00Z',
    region,
    resources: ['arn:aws:s3:::lake'],
    detail: { runId: 'r' },
  });
  expect(heard).toEqual(running.aws.events(bus).map((event) => ({ bus, event })));
});

test('events are written to a file, a line each, which a later process goes on with', async () => {
  const eventsDirectory = join(running.directory, 'events');
  for (const runId of ['first', 'second']) {
    const other = await runAws({ eventsDirectory });
    other.aws.createEventBus(bus);
    const client = new EventBridgeClient(other.as('ADMIN'));
    await client.send(new PutEventsCommand({ Entries: [entry({ Detail: JSON.stringify({ runId }) })] }));
    expect(other.aws.events(bus)).toHaveLength(1);
    client.destroy();
    await other.stop();
  }
  const lines = (await readFile(join(eventsDirectory, `${bus}.jsonl`), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).detail.runId)).toEqual(['first', 'second']);
});

test('a bad entry fails by itself, at its place in an answer that is 200', async () => {
  const { Entries, FailedEntryCount } = await put([
    entry({ Detail: '{"runId":' }),
    entry({ Detail: '[1]' }),
    entry(),
    entry({ Source: undefined }),
    entry({ DetailType: undefined }),
    entry({ Detail: undefined }),
    entry({ Source: 'aws.s3' }),
  ]);
  expect(FailedEntryCount).toBe(6);
  expect(Entries?.map(({ ErrorCode, EventId }) => ErrorCode ?? typeof EventId)).toEqual([
    'MalformedDetail',
    'MalformedDetail',
    'string',
    'InvalidArgument',
    'InvalidArgument',
    'InvalidArgument',
    'NotAuthorizedForSourceException',
  ]);
  expect(details()).toEqual([{ runId: 'r' }]);
});

test('ten entries and one MiB are the most that a call takes', async () => {
  const refused = { name: 'ValidationException', $metadata: { httpStatusCode: 400, attempts: 1 } };
  await expect(put(Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject(refused);
  await expect(put([])).rejects.toMatchObject(refused);
  const whole = 1024 * 1024;
  const around = Buffer.byteLength('baseload' + 'RunPublished' + '{"x":""}');
  const sized = (bytes: number) => entry({ Detail: JSON.stringify({ x: 'x'.repeat(bytes - around) }) });
  await expect(put([sized(whole / 2), sized(whole / 2 + 1)])).rejects.toMatchObject({
    ...refused,
    message: 'Total size of the entries in the request is over the limit.',
  });
  expect(details()).toEqual([]);
  expect((await put([sized(whole / 2), sized(whole / 2)])).FailedEntryCount).toBe(0);
  expect((await put(Array.from({ length: 10 }, () => entry()))).FailedEntryCount).toBe(0);
});

test('a call is held against the policy, for every bus that it names', async () => {
  running.aws.createEventBus('others');
  const statement = { Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn } as const;
  running.aws.addPrincipal('FUNCTION', { name: 'function', statements: [statement] });
  expect((await put([entry()], 'FUNCTION')).FailedEntryCount).toBe(0);
  await expect(put([entry(), entry({ EventBusName: 'others' })], 'FUNCTION')).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      `events:PutEvents on resource: arn:aws:events:${region}:000000000000:event-bus/others because no identity-based policy`,
    ),
    $metadata: { httpStatusCode: 400, attempts: 1 },
  });
  expect(details()).toHaveLength(1);
});

test('what would get lost, or be ignored, is refused', async () => {
  await expect(put([entry({ EventBusName: 'nowhere' })])).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Event bus nowhere does not exist.',
  });
  await expect(put([entry({ EventBusName: undefined })])).rejects.toThrow(
    'Event bus default does not exist.',
  );
  await expect(put([entry({ TraceHeader: 'Root=1' })])).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(clients[0]?.send(new ListRulesCommand({}))).rejects.toThrow(
    'The local AWS does not speak EventBridge ListRules.',
  );
  expect(() => running.aws.createEventBus(bus)).toThrow('There is an event bus runs already.');
  expect(() => running.aws.createEventBus('a bus')).toThrow('"a bus" is no name for an event bus.');
  expect(() => running.aws.events('nowhere')).toThrow('There is no event bus nowhere; there are: runs.');
});

test('who may put events of one source only puts none of another, nor both in one call', async () => {
  running.aws.addPrincipal('RECONCILE', {
    name: 'reconcile',
    statements: [
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: busArn,
        Condition: { 'ForAllValues:StringEquals': { 'events:source': 'baseload' } },
      },
    ],
  });
  const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
  await put([entry()], 'RECONCILE');
  await expect(put([entry({ Source: 'billing' })], 'RECONCILE')).rejects.toMatchObject(denied);
  await expect(put([entry(), entry({ Source: 'billing' })], 'RECONCILE')).rejects.toMatchObject(denied);
  expect(details()).toHaveLength(1);
});
