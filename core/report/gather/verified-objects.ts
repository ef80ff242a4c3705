import type { Lake } from '../../run/ports';
import {
  type Manifest,
  type ManifestObject,
  type ManifestPart,
  manifestObjects,
} from '../../run/verify/manifest';

/** A stage object of a run, and whether a later look replaced it, so that it is no part of the table. */
export interface ReportedObject {
  readonly object: ManifestObject;
  readonly isReplaced: boolean;
}

/** All objects that a manifest names, those that were replaced included, a part at a time. */
export async function* verifiedObjects(
  { parts }: Pick<Manifest, 'parts'>,
  lake: Pick<Lake, 'get'>,
): AsyncGenerator<ReportedObject> {
  for (const part of parts) yield* objectsOf(part, lake);
}

async function* objectsOf(
  { replaced: spans = [], ...part }: ManifestPart,
  lake: Pick<Lake, 'get'>,
): AsyncGenerator<ReportedObject> {
  let span = 0;
  let line = 0;
  // Of a part that replaces nothing, every line is an object of the table.
  for await (const object of manifestObjects({ parts: [part] }, lake)) {
    while ((spans[span]?.[1] ?? line) < line) span++;
    yield { object, isReplaced: (spans[span]?.[0] ?? Number.POSITIVE_INFINITY) <= line };
    line++;
  }
}
