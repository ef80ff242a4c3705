import { createHash } from 'node:crypto';
import { counted } from '../../counted';
import type { UnpublishedEnding } from '../ending/ending';
import type { RunName } from '../keys';
import type { Pointer } from '../publish/pointer';
import type { RunState } from '../run-state';
import { bounded, boundedCounts } from './bounded';
import type { RunEvent } from './run-event';

/** Where a run is, for those who are told of it. */
export interface Place {
  /** Name of the environment: 'prod'. */
  readonly environment: string;
  /** Name of the lake's bucket. */
  readonly bucket: string;
}

/** That a run is what readers see. */
export function publishedEvent(pointer: Pointer, place: Place): RunEvent {
  const { records, files, location, manifest, watermark, increment, warnings = [], publishedAt } = pointer;
  return {
    type: 'RunPublished',
    detail: {
      ...common('RunPublished', pointer, place, publishedAt),
      ...{ records, files, watermark },
      location: uri(location, place),
      manifest: uri(manifest, place),
      mode: increment ? 'incremental' : 'full',
      warnings: bounded(warnings),
    },
  };
}

/** That a run has ended unpublished. */
export function failedEvent(
  run: RunName,
  { reasons, at }: Extract<UnpublishedEnding, { ending: 'refused' | 'failed' }>,
  place: Place,
): RunEvent {
  return {
    type: 'RunFailed',
    detail: { ...common('RunFailed', run, place, at), reasons: bounded(reasons) },
  };
}

type BlockedState = Extract<RunState, { state: 'blocked' }>;

/** That a run cannot go on by itself. */
export function blockedEvent(run: RunName, state: BlockedState, at: string, place: Place): RunEvent {
  const { ranges, missing, reasons } = state;
  const { eventId, ...rest } = common('RunBlocked', run, place, at);
  return {
    type: 'RunBlocked',
    detail: {
      eventId: `${eventId}/${blockageOf(state)}`,
      ...rest,
      ...{ ranges, missing },
      reasons: boundedCounts(
        reasons.map(({ reason, ranges: failed }) => ({
          sentence: reason,
          count: ` (${counted(failed, 'page range')})`,
        })),
      ),
    },
  };
}

/**
 * Names one way in which a run is blocked: the same at every pass while nothing changes, another one when a range came, failed again after a redrive, or
 * failed otherwise. 16 hexadecimal digits.
 */
export function blockageOf({ look, missing, failedAt, redriven, reasons }: BlockedState): string {
  const what = [
    look ?? 0,
    missing,
    failedAt ?? '',
    redriven ?? 0,
    reasons.map(({ error, ranges }) => [error, ranges]),
  ];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16);
}

function common(
  type: RunEvent['type'],
  { source, dataset, runId }: RunName,
  { environment }: Place,
  at: string,
) {
  return { eventId: `${type}/${source}/${dataset}/${runId}`, environment, source, dataset, runId, at };
}

function uri(key: string, { bucket }: Place): string {
  return `s3://${bucket}/${key}`;
}
