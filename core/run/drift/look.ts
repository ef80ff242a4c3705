import { z } from 'zod';
import { gridSchema } from '../../plan/plan';
import { readDocument } from '../document';
import { lookKey, type RunName } from '../keys';
import type { Lake } from '../ports';
import { driftSchema } from './drift';

const count = z.int().min(0);

/** Consecutive pages of a slice that one folder holds in ranges of one size, numbered without a gap. */
const stretchSchema = z.object({
  firstPage: count,
  pages: z.int().min(1),
  pagesPerRange: z.int().min(1),
  /** The look that read it; absent for the run's own pages. */
  look: z.int().min(1).optional(),
  /** Index there of its first range. */
  index: count,
});

/** Which ranges, of whichever look, a slice is made of: each page is in one of them. */
const layoutSchema = z.object({
  /** With the total that the source said last. */
  grid: gridSchema,
  /** Pages of a range as the run was planned. */
  pagesPerRange: z.int().min(1),
  /** Set where the source does not say how much the slice holds, so that its end is looked for. */
  uncounted: z.literal(true).optional(),
  /** The range of a lead with the slice's first pages and nothing else: the first look reads them again, page by page, in its place. */
  lead: z.object({ slice: z.string(), index: count }).optional(),
  stretches: z.array(stretchSchema).min(1),
});

const head = { version: z.literal(1), look: z.int().min(1) };
const spans = z.array(z.object({ slice: z.string(), spans: z.array(z.tuple([count, count])) }));

/** One step of looking at the source again: what it reads, or what all of it came to. */
const lookSchema = z.discriminatedUnion('kind', [
  /** The first page of each range, to see whether it is still what it was. */
  z.object({ ...head, kind: z.literal('edges'), slices: z.array(layoutSchema).min(1) }),
  /** Ranges whose pages had moved, or may have: those of its own number in the layouts, which are those that follow from it. */
  z.object({
    ...head,
    kind: z.literal('moved'),
    /** Ranges that it replaces because of that. */
    moved: count,
    /** Pages that were added behind the last one. */
    grown: count,
    /** What was seen, one sentence. */
    why: z.string(),
    slices: z.array(layoutSchema).min(1),
  }),
  z.object({
    ...head,
    kind: z.literal('end'),
    generations: z.array(
      z.object({
        look: z.int().min(1).optional(),
        ranges: count,
        pages: count,
        /** Indexes, first and last, of ranges that others replace. */
        replaced: spans,
      }),
    ),
    drift: driftSchema,
    total: count.optional(),
  }),
]);

export type Look = z.infer<typeof lookSchema>;
export type EdgesLook = Extract<Look, { kind: 'edges' }>;
export type MovedLook = Extract<Look, { kind: 'moved' }>;
export type EndOfLooks = Extract<Look, { kind: 'end' }>;
export type Layout = z.infer<typeof layoutSchema>;
export type Stretch = z.infer<typeof stretchSchema>;

/** The looks that a run has come to, in their order. */
export async function readLooks(run: RunName, lake: Pick<Lake, 'get'>): Promise<Look[]> {
  const looks: Look[] = [];
  for (;;) {
    const look = await readLook(run, looks.length + 1, lake);
    if (look === undefined) return looks;
    looks.push(look);
  }
}

/** One look of a run, if it has come to that. */
export function readLook(run: RunName, number: number, lake: Pick<Lake, 'get'>): Promise<Look | undefined> {
  return readDocument(lookSchema, lookKey(run, number), lake);
}

/** Writes a look down before anything of it is enqueued; resolves to what stands there, which may be somebody else's. */
export async function writeLook(
  run: RunName,
  look: Look,
  lake: Pick<Lake, 'get' | 'putIfAbsent'>,
): Promise<Look> {
  const options = { contentType: 'application/json' };
  const written = await lake.putIfAbsent(lookKey(run, look.look), JSON.stringify(look), options);
  return written === 'created' ? look : ((await readLook(run, look.look, lake)) ?? look);
}
