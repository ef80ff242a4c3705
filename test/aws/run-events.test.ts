import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { eventBridgeRunEvents } from '../../aws/run-events';
import { TransientError } from '../../core/errors';
import type { RunEvent } from '../../core/run/events/run-event';
import { type OpenLocalAws, openLocalAws } from './open-local-aws';

const event: RunEvent = {
  type: 'RunFailed',
  detail: {
    eventId: 'RunFailed/geonames/cities/2026-01-31t03-00-00-000z',
    environment: 'dev',
    source: 'geonames',
    dataset: 'cities',
    runId: '2026-01-31t03-00-00-000z',
    at: '2026-01-31T03:30:00.000Z',
    reasons: ['received 949 records where the source holds 950 – “all” of them'],
  },
};

describe('on a bus', () => {
  let opened: OpenLocalAws;
  let client: EventBridgeClient;
  beforeAll(async () => {
    opened = await openLocalAws();
    opened.aws.createEventBus('baseload-dev');
    const credentials = await opened.s3.config.credentials();
    client = new EventBridgeClient({ endpoint: opened.aws.url, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client.destroy();
    await opened.close();
  });

  it('an event has its type, the source baseload, and its detail', async () => {
    await eventBridgeRunEvents(client, 'baseload-dev').emit(event);
    expect(opened.aws.events('baseload-dev')).toMatchObject([
      { source: 'baseload', 'detail-type': 'RunFailed', detail: event.detail, resources: [] },
    ]);
  });

  it('that is not there, none is emitted', async () => {
    await expect(eventBridgeRunEvents(client, 'baseload-prod').emit(event)).rejects.toThrow('baseload-prod');
  });
});

it.each([
  [
    { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' },
    'the event bus runs refused RunFailed/geonames/cities/2026-01-31t03-00-00-000z: InternalFailure, try again',
  ],
  [
    { ErrorCode: 'ThrottlingException' },
    'refused RunFailed/geonames/cities/2026-01-31t03-00-00-000z: ThrottlingException',
  ],
  [{}, 'it does not say why'],
])('an entry that is refused in an answer of 200 is an error: %j', async (entry, sentence) => {
  const mock = mockClient(EventBridgeClient);
  mock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [entry] });
  const emitted = eventBridgeRunEvents(new EventBridgeClient({ region: 'us-east-1' }), 'runs').emit(event);
  await expect(emitted).rejects.toThrow(sentence);
  await expect(emitted).rejects.toBeInstanceOf(TransientError);
  expect(mock.commandCalls(PutEventsCommand)).toHaveLength(1);
  mock.restore();
});
