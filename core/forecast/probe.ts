import type { UnseenSlice } from '../plan/plan';

/** What a few pages of a dataset told, fetched and shaped as a run would. */
export interface Probe {
  /** Made to find out, whatever they were answered. */
  readonly requests: number;
  readonly pages: number;
  /** Pieces that the pages were shaped in, each by itself. */
  readonly parts: number;
  /** In those pages. */
  readonly records: number;
  readonly bytesReceived: number;
  /** What the pages would be in the lake. */
  readonly stage: Sizes;
  /** The same of their bodies under raw/; absent where the dataset keeps none. */
  readonly raw?: Sizes | undefined;
  /** Milliseconds from a request to the end of its body, on average. */
  readonly latency: number;
  /** Records of the fullest page. */
  readonly pageSize: number;
  /** What the dataset is cut into; one named 'all' where it is not. */
  readonly slices: readonly UnseenSlice[];
  readonly seen: readonly SeenSlice[];
}

/** Bytes of one part alone, on average, and of all together: how well many records compress. */
export interface Sizes {
  readonly alone: number;
  readonly together: number;
}

/** A slice of which pages were looked at. */
export interface SeenSlice {
  readonly name: string;
  /** Records that it holds: as the source says, or as counted up to its end. Undefined where neither is known. */
  readonly records?: number | undefined;
  /** Pages that it has, by the same. */
  readonly pages?: number | undefined;
  /** Whether the source said so, or all of it was read. */
  readonly known: 'said' | 'read' | 'unknown';
}
