import { BIGINT, BOOLEAN, DOUBLE, type DuckDBConnection, DuckDBScalarFunction } from '@duckdb/node-api';
import type { PageOrigin } from '../../extract/range/fetched-range';
import { parsePath } from '../../source/path';
import type { Dataset } from '../../source/source';
import type { Observations, UnknownField } from '../observations';
import { RecordCursor } from '../record-cursor';
import { type FieldFacts, FieldTally } from './field-tally';
import { knownFields } from './known-fields';
import { lookAtRecord } from './look-at-record';
import { TransformedCursor } from './transformed-cursor';

/** What the records of a range have besides what columns read, and what they have not. */
export interface WatchedFields {
  /** In the order of their first records; at most 1,000, and what is beyond them together as '…'. */
  readonly unknownFields: UnknownField[];
  readonly missingFields: Observations['missingFields'];
}

/** Where the records that were watched can be read again. */
export interface WatchedRange {
  /** The page bodies as received. */
  readonly pagesFile: string;
  /** One per body. */
  readonly origins: readonly PageOrigin[];
  /** The file of transformed records; undefined where none are transformed. */
  readonly transformed?: string | undefined;
}

/** Records with one signature. */
interface Kind {
  readonly signature: number;
  count: number;
  /** Where the first of them stands. */
  readonly ordinal: number;
  readonly position: number;
  /** Which of the records that transform made of the one there, from 0. */
  readonly nth: number;
}

/** Kinds of records that are remembered of a dataset from range to range. */
const mostRemembered = 20_000;
/** Fields of a kind that are remembered; of a record with more, keys are data, and no other has the same. */
const mostFieldsRemembered = 100;
/** Records of one range that are read again once there are more unknown fields than are named. */
const mostReadWhenFull = 5_000;

/** Notices fields that no column reads and columns that no field serves, range after range, by one number for each record. */
export class FieldWatch {
  readonly #remembered = new WeakMap<Dataset, Map<number, FieldFacts>>();
  #dataset: Dataset | undefined;
  #kinds = new Map<number, Kind>();
  #last = { ordinal: -1, position: -1, nth: 0 };

  /**
   * Registers the SQL function `watch(ordinal, position, signature)`, which is true. It must be called once for each record (transformed record), in
   * order; further calls for one record in a row, as for its elements, change nothing.
   */
  register(connection: DuckDBConnection): void {
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: 'watch',
        returnType: BOOLEAN,
        parameterTypes: [BIGINT, BIGINT, DOUBLE],
        // No call may be left out, nor two made one
        specialHandling: true,
        volatile: true,
        mainFunction: (_info, records, answers) => {
          const ordinals = records.getColumnVector(0);
          const positions = records.getColumnVector(1);
          const signatures = records.getColumnVector(2);
          for (let row = 0; row < records.rowCount; row += 1) {
            this.#see(Number(signatures.getItem(row)), row, ordinals, positions);
            answers.setItem(row, true);
          }
          answers.flush();
        },
      }),
    );
  }

  /** Begins a range, or begins it again. */
  begin(dataset: Dataset): void {
    this.#dataset = dataset;
    this.#kinds = new Map();
    this.#last = { ordinal: -1, position: -1, nth: 0 };
  }

  /**
   * What was noticed since `begin`. Counts are exact, unless there are more unknown fields than are named: then records of kinds beyond
   * the first 5,000 count under '…' alone. Reads records again only where there is something unknown, or a kind of record is new.
   */
  async finish({ pagesFile, origins, transformed }: WatchedRange): Promise<WatchedFields> {
    const dataset = this.#dataset;
    if (dataset === undefined || this.#kinds.size === 0) return { unknownFields: [], missingFields: [] };
    const known = knownFields(dataset);
    const remembered = this.#rememberedOf(dataset);
    const tally = new FieldTally(known, origins);
    const cursor =
      transformed === undefined
        ? new RecordCursor(pagesFile, parsePath(dataset.records))
        : new TransformedCursor(transformed);
    let read = 0;
    try {
      for (const { signature, count, ordinal, position, nth } of inOrder(this.#kinds)) {
        const facts = remembered.get(signature);
        if (facts !== undefined && !tally.needsTypes(facts)) tally.add(facts, count);
        else if (tally.isFull && read >= mostReadWhenFull) tally.addUnread(count);
        else {
          const looked = lookAtRecord(await cursor.record(ordinal, position, nth), known);
          read += 1;
          tally.addLooked(looked, count, ordinal);
          if (remembered.size < mostRemembered && looked.unknown.size <= mostFieldsRemembered)
            remembered.set(signature, {
              unknown: [...looked.unknown.keys()],
              there: [...looked.there],
              objects: [...looked.objects],
            });
        }
      }
    } finally {
      await cursor.close();
    }
    return { unknownFields: tally.unknownFields(), missingFields: tally.missingFields() };
  }

  #rememberedOf(dataset: Dataset): Map<number, FieldFacts> {
    const remembered = this.#remembered.get(dataset) ?? new Map<number, FieldFacts>();
    this.#remembered.set(dataset, remembered);
    return remembered;
  }

  /** Where a record stands is read only where it matters: for the first of its kind, and where one may be seen more than once. */
  #see(signature: number, row: number, ordinals: Positions, positions: Positions): void {
    const dataset = this.#dataset;
    if (dataset?.transform !== undefined || dataset?.explode !== undefined) {
      const ordinal = Number(ordinals.getItem(row));
      const position = Number(positions.getItem(row));
      const again = ordinal === this.#last.ordinal && position === this.#last.position;
      if (again && dataset.transform === undefined) return;
      this.#last = { ordinal, position, nth: again ? this.#last.nth + 1 : 0 };
    }
    const kind = this.#kinds.get(signature);
    if (kind !== undefined) kind.count += 1;
    else
      this.#kinds.set(signature, {
        signature,
        count: 1,
        ordinal: Number(ordinals.getItem(row)),
        position: Number(positions.getItem(row)),
        nth: this.#last.nth,
      });
  }
}

interface Positions {
  getItem(row: number): unknown;
}

function inOrder(kinds: ReadonlyMap<number, Kind>): Kind[] {
  return [...kinds.values()].sort(
    (a, b) => a.ordinal - b.ordinal || a.position - b.position || a.nth - b.nth,
  );
}
