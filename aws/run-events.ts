import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TransientError } from '../core/errors';
import { eventSource } from '../core/run/events/run-event';
import type { RunEvents } from '../core/run/ports';

/**
 * Events on an EventBridge bus: `source` is 'baseload', `detail-type` the event's type. PutEvents answers 200 also where it has refused an entry, and the
 * SDK does not try that again (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html): it is a TransientError here.
 */
export function eventBridgeRunEvents(client: Pick<EventBridgeClient, 'send'>, bus: string): RunEvents {
  return {
    async emit({ type, detail }) {
      const entry = {
        EventBusName: bus,
        Source: eventSource,
        DetailType: type,
        Detail: JSON.stringify(detail),
      };
      const { FailedEntryCount = 0, Entries = [] } = await client.send(
        new PutEventsCommand({ Entries: [entry] }),
      );
      if (FailedEntryCount === 0) return;
      const { ErrorCode = 'it does not say why', ErrorMessage } = Entries[0] ?? {};
      const why = ErrorMessage === undefined ? ErrorCode : `${ErrorCode}, ${ErrorMessage}`;
      throw new TransientError(`the event bus ${bus} refused ${detail.eventId}: ${why}`);
    },
  };
}
