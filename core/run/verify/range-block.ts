import { pageRangeName, parsePageRangeName } from '../../plan/grid';
import type { RangeName } from '../../plan/plan';

/** Consecutive ranges of a slice whose receipts are read together, once, as soon as all of them exist. */
export const rangesPerBlock = 5000;

/** Beyond eight digits, keys do not sort as their ranges do. */
export const highestBlockedIndex = 100_000_000 - 1;

/** `rangesPerBlock` ranges of a slice, numbered from 0. */
export interface Block {
  readonly slice: string;
  readonly block: number;
}

/** Which block a range is in. */
export function blockOf({ slice, index }: RangeName): Block {
  return { slice, block: Math.floor(index / rangesPerBlock) };
}

/** The name of a block's part of the manifest. No part of what is in no block begins like it: see restPart. */
export function blockPart({ slice, block }: Block): string {
  return `block-${pageRangeName({ slice, index: block })}`;
}

/**
 * The name of a part with objects that are in no block, numbered from 0. It tells how many objects the run has, so that one that came late, of a
 * range that was given up, makes another part.
 */
export function restPart(number: number, objects: number): string {
  return `rest-${String(number).padStart(8, '0')}-of-${objects}`;
}

/** How many objects the run had when such a part was written; undefined of a key that is of no such part. */
export function objectsOfRest(key: string): number | undefined {
  const objects = /\/rest-\d+-of-(\d+)\.jsonl$/.exec(key)?.[1];
  return objects === undefined ? undefined : Number(objects);
}

/** Which block a part is; undefined when it is none. */
export function blockOfPart(prefix: string, key: string): Block | undefined {
  const name = /^block-(.+)\.jsonl$/.exec(key.slice(prefix.length))?.[1];
  const found = name === undefined ? undefined : parsePageRangeName(name);
  return found && { slice: found.slice, block: found.index };
}
