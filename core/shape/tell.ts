import { BIGINT, BOOLEAN, type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';

/** A row that does not fit, or a value that became null, as SQL tells it. */
export interface UnfitRow {
  /** Ordinal of the page in its file, from 0. */
  readonly ordinal: number;
  /** Position of the record in its page, from 0. */
  readonly position: number;
  /** Index in the exploded array or among the transform's records. */
  readonly element: number | undefined;
  /** Index of the first check that failed, in the query's checks. */
  readonly failed: number;
  /** The offending text, masked where its column is, cut to 101 characters. */
  readonly text: string | undefined;
}

/** What rows are counted for. */
export const tallies = ['added', 'explode', 'filter', 'duplicate'] as const;
export type Tally = (typeof tallies)[number];

/**
 * What a statement tells about its rows while it runs, by SQL functions that it calls for the rows concerned only: `tell` and `nulled` (ordinal,
 * position, element, failure), false and true, where failure is the index of the
 * check and, where there is an offending text, ':' and the text, and `tally(kind, amount, answer)`, which adds an amount and gives the answer back.
 * Spares a second pass, and holds what is told of one range.
 */
export class Tellings {
  /** Rows to be quarantined, in the order in which they were met. */
  unfit: UnfitRow[] = [];
  /** Values that became null in rows that were staged. */
  nulled: UnfitRow[] = [];
  readonly #counts = new Map<Tally, number>();

  /** Forgets what was told before. */
  begin(): void {
    this.unfit = [];
    this.nulled = [];
    this.#counts.clear();
  }

  count(kind: Tally): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** Makes the functions known; once for a connection. */
  register(connection: DuckDBConnection): void {
    connection.registerScalarFunction(told('tell', false, (row) => this.unfit.push(row)));
    connection.registerScalarFunction(told('nulled', true, (row) => this.nulled.push(row)));
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: 'tally',
        returnType: BOOLEAN,
        parameterTypes: [BIGINT, BIGINT, BOOLEAN],
        ...everyCall,
        mainFunction: (_info, rows, answers) => {
          for (let row = 0; row < rows.rowCount; row += 1) {
            const [kind, amount, answer] = rows.getRowValues(row);
            const name = tallies[Number(kind)];
            if (name !== undefined) this.#counts.set(name, this.count(name) + Number(amount));
            answers.setItem(row, answer === true);
          }
          answers.flush();
        },
      }),
    );
  }
}

/** NULLs must reach the listener, and no call may be left out. */
const everyCall = { specialHandling: true, volatile: true } as const;

function told(name: string, answer: boolean, listener: (row: UnfitRow) => void): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    returnType: BOOLEAN,
    parameterTypes: [BIGINT, BIGINT, BIGINT, VARCHAR],
    ...everyCall,
    mainFunction: (_info, rows, answers) => {
      for (let row = 0; row < rows.rowCount; row += 1) {
        const [ordinal, position, element, failure] = rows.getRowValues(row);
        const [, failed, text] = /^(\d+)(?::(.*))?$/s.exec(String(failure)) ?? [];
        if (failed === undefined) throw new Error(`${name} was told nothing`);
        listener({
          ordinal: Number(ordinal),
          position: Number(position),
          element: element === null || element === undefined ? undefined : Number(element),
          failed: Number(failed),
          text,
        });
        answers.setItem(row, answer);
      }
      answers.flush();
    },
  });
}
