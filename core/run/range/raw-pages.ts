import { z } from 'zod';
import { PermanentError } from '../../errors';
import type { PageOrigin } from '../../extract/range/fetched-range';
import { parseDocument } from '../document';

const count = z.int().min(0);

/** A slice stands there once, and a page is three numbers: some 20 bytes for each of thousands. */
const pagesSchema = z.object({
  version: z.literal(1),
  slices: z.array(
    z.object({ slice: z.string(), parameters: z.record(z.string(), z.union([z.string(), z.number()])) }),
  ),
  /** Position in `slices`, position in the slice from 0, and when the body had arrived in milliseconds since the epoch. */
  pages: z.array(z.tuple([count, count, z.int()])),
  /** Of the bodies, as hexadecimal digits; not there in documents of old. */
  sha256: z.string().optional(),
});

/** What stands beside a raw object. */
export interface PagesDocument {
  /** One per body. */
  readonly origins: readonly PageOrigin[];
  /** Of the file of bodies, uncompressed; undefined where it was not kept. */
  readonly sha256?: string | undefined;
}

/** Which pages the bodies of a raw object are, and what they are held against, as the text of a JSON document. */
export function toPagesDocument({ origins, sha256 }: PagesDocument): string {
  const positions = new Map<string, number>();
  const slices: Pick<PageOrigin, 'slice' | 'parameters'>[] = [];
  const pages = origins.map(({ slice, parameters, page, fetchedAt }) => {
    const name = JSON.stringify([slice, parameters]);
    const position = positions.get(name) ?? slices.push({ slice, parameters }) - 1;
    positions.set(name, position);
    return [position, page, Date.parse(fetchedAt)];
  });
  return JSON.stringify({ version: 1, sha256, slices, pages });
}

/** Reads the document at `key` back; a PermanentError when it is none. */
export function fromPagesDocument(text: string, key: string): PagesDocument {
  const { slices, pages, sha256 } = parseDocument(pagesSchema, text, key);
  const origins = pages.map(([position, page, arrived]) => {
    const of = slices[position];
    if (of === undefined)
      throw new PermanentError(`${key} names a slice that it does not hold: remove the run`);
    return { ...of, page, fetchedAt: new Date(arrived).toISOString() };
  });
  return { origins, ...(sha256 === undefined ? {} : { sha256 }) };
}
