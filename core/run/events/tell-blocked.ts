import { blockedKey, type RunName } from '../keys';
import type { Clock, Lake, RunEvents, Telemetry } from '../ports';
import type { RunState } from '../run-state';
import { blockageOf, blockedEvent, type Place } from './events-of';

export interface TellBlockedServices extends Place {
  readonly lake: Pick<Lake, 'head' | 'putIfAbsent'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly telemetry: Telemetry;
  readonly events: RunEvents;
}

/**
 * Tells others that a run is blocked: once for each way in which it is, not at every pass. That they were told is written down after it, so whoever dies in
 * between tells them again, with the same id. Where they cannot be told, that is logged and tried at the next pass; nothing else waits for it.
 */
export async function tellBlocked(
  run: RunName,
  state: Extract<RunState, { state: 'blocked' }>,
  services: TellBlockedServices,
): Promise<void> {
  const { lake, clock, telemetry, events } = services;
  const { source, dataset, runId } = run;
  const key = blockedKey(run, blockageOf(state));
  try {
    if (await lake.head(key)) return;
    const at = new Date(clock.now()).toISOString();
    const event = blockedEvent(run, state, at, services);
    await events.emit(event);
    const told = { version: 1, eventId: event.detail.eventId, at };
    await lake.putIfAbsent(key, JSON.stringify(told), { contentType: 'application/json' });
  } catch (error) {
    telemetry.warn('Nobody could be told that a run is blocked', {
      ...{ source, dataset, runId, reason: String(error) },
    });
  }
}
