import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openDuckDB } from '../../../../core/shape/duckdb';
import { markLossyNumbers } from '../../../../core/shape/lossy-numbers';
import { withNumbers } from '../../../../core/shape/sql/marks';
import { literal } from '../../../../core/shape/sql/sql-text';
import { cast } from '../../../../core/shape/type/cast';
import { cleaned } from '../../../../core/shape/type/cleaned';
import { castDocument, fitsDocument } from '../../../../core/shape/type/document';
import { fits } from '../../../../core/shape/type/fits';
import { isDocument, sqlType } from '../../../../core/shape/type/sql-type';
import type { ColumnType } from '../../../../core/source/column';

/** What casting gives for a text that does not fit. */
export const unfit = Symbol('unfit');

const marks = { number: 'marked-' };

/** As a copy holds it that is made where DuckDB would alter a number. */
function marked(json: string): string {
  return markLossyNumbers(Buffer.from(json), marks.number).toString();
}

/** A DuckDB that reads JSON values as columns of a type, with the very expressions that shaping is made of. */
export class CastingBench {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cast-'));
  readonly #duckdb = openDuckDB({ memoryMegabytes: 300, temporaryDirectory: this.#folder });

  async connection(): Promise<DuckDBConnection> {
    return (await this.#duckdb).connection;
  }

  /** The values of JSON texts; those of 64 bits and more, decimals, dates and timestamps as texts. */
  async read(type: ColumnType, jsons: readonly string[]): Promise<unknown[]> {
    const connection = await this.connection();
    const records = jsons.map((json) => literal(marked(`{"a":${json}}`))).join(', ');
    const raw = isDocument(type)
      ? `nullif(CAST(json_extract(record, ['$.a'])[1] AS VARCHAR), 'null')`
      : withNumbers(`json_extract_string(record, ['$.a'])[1]`, marks);
    const text = type.type === 'varchar' ? cleaned('raw') : 'raw';
    const value = isDocument(type) ? castDocument(type, 'text', marks) : cast(type, 'text');
    const fit = isDocument(type) ? fitsDocument(type, 'text', 'value', marks) : fits(type, 'text', 'value');
    const from = `(SELECT *, ${value} AS value FROM (SELECT *, ${text} AS text FROM (SELECT *, ${raw} AS raw FROM (SELECT CAST(unnest([${records}]) AS JSON) AS record))))`;
    const query = `SELECT ${fit ?? 'true'} AS fit, typeof(value) AS type, value FROM ${from}`;
    const rows = (await connection.runAndReadAll(query)).getRowObjectsJson();
    expect(rows).toHaveLength(jsons.length);
    return rows.map((row) => {
      expect(row.type).toBe(sqlType(type).replaceAll(/"(\w+)" /g, '$1 '));
      expect(typeof row.fit).toBe('boolean');
      return row.fit === true ? row.value : unfit;
    });
  }

  async close(): Promise<void> {
    await (await this.#duckdb).close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
