import type { Clock } from '../../../../core/run/ports';
import type { Dataset, Source } from '../../../../core/source/source';
import type { Received, Reply } from '../exchange';
import type { Inventory } from '../items';
import type { PaginationCase } from '../paginations/pagination-case';
import type { Asked, ServedPage } from '../serve-page';

/** One request for a page, and what the API knows when it comes. */
export interface Occasion {
  readonly received: Received;
  /** Position of the page in its slice, from 0. */
  readonly position: number;
  /** How often the very same was asked for before. */
  readonly times: number;
  /** Position of the slice's last page with records. */
  readonly lastPosition: number;
  readonly inventory: Inventory;
  readonly clock: Clock;
  /** The other host: no credential may ever arrive there. */
  readonly otherOrigin: string;
}

/** What goes wrong: each step of an answer may be changed. */
export interface Fault {
  /** The size that the source really gives. */
  asked?(asked: Asked): Asked;
  page?(page: ServedPage, occasion: Occasion): ServedPage;
  reply?(reply: Reply, occasion: Occasion): Reply;
  /** Encodes the body, when all else is done. */
  encode?(reply: Reply, occasion: Occasion): Reply;
}

/**
 * How a load must end: 'published' with every record once; 'refused' by verification, or with a named error in a dead
 * letter or in fan-out. Nothing is published then.
 */
export type Ending = 'published' | 'refused' | { readonly error: string };

/** One way to misbehave. */
export interface FaultCase {
  readonly name: string;
  /** The ways to paginate that it makes sense with. */
  applies(pagination: PaginationCase): boolean;
  /** A fault of its own for each API, so that it may remember. */
  make(): Fault;
  /** @default 'published' */
  ending?(pagination: PaginationCase): Ending;
  /** What the source file says about it. */
  dataset?(dataset: Dataset): Dataset;
  source?(source: Source): Source;
}

/** Whether a page misbehaves. */
export type When = (occasion: Occasion) => boolean;

/** The first `times` times that every third page is asked for. */
export const atFirst =
  (times = 1): When =>
  ({ position, times: before }) =>
    position % 3 === 1 && before < times;

/** Always, at one page that is neither the first nor the last. */
export const alwaysInTheMiddle: When = ({ position }) => position === 2;

/** Always and everywhere. */
export const always: When = () => true;

/** A fault that changes the reply of some pages. */
export function replies(when: When, change: (reply: Reply, occasion: Occasion) => Reply): () => Fault {
  return () => ({ reply: (reply, occasion) => (when(occasion) ? change(reply, occasion) : reply) });
}

/** A fault that changes what some pages hold. */
export function pages(when: When, change: (page: ServedPage, occasion: Occasion) => ServedPage): () => Fault {
  return () => ({ page: (page, occasion) => (when(occasion) ? change(page, occasion) : page) });
}

export const error = (name: string) => (): Ending => ({ error: name });
export const everywhere = (): boolean => true;
export const severalPages = ({ pagination }: PaginationCase): boolean => pagination.type !== 'single';
export const chains = ({ pagination }: PaginationCase): boolean =>
  pagination.type === 'cursor' || pagination.type === 'next-link' || pagination.type === 'keyset';
export const countables = ({ pagination }: PaginationCase): boolean =>
  pagination.type === 'page-number' || pagination.type === 'offset';
