import { createHash } from 'node:crypto';
import { toTotal } from '../../extract/page/total';
import type { Path } from '../../source/path';
import type { PageFacts } from '../page-facts';
import { type PageParts, textAt } from './page-parts';

/**
 * What a page says about itself; undefined where it has no usable total at the path that there must be one. The first record's hash is that of the
 * source's own bytes, whatever the transform makes of them.
 */
export function factsOfPage(
  ordinal: number,
  body: Buffer,
  { records, envelope }: PageParts,
  totalPath: Path | undefined,
): PageFacts | undefined {
  const [first] = records;
  const total = totalPath && numberText(textAt(envelope, totalPath));
  if (totalPath !== undefined && toTotal(total) === undefined) return undefined;
  return {
    ordinal,
    records: records.length,
    total,
    firstRecord: first && hash(body.subarray(first.start, first.end)),
  };
}

/** 1e3 and 12.0 as toTotal reads them. */
function numberText(text: string | undefined): string | undefined {
  return text !== undefined && /[.eE]/.test(text) ? String(Number(text)) : text;
}

/** 64 bits. */
function hash(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex').slice(0, 16);
}
