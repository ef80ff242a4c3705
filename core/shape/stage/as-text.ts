import type { ColumnType } from '../../source/column';
import type { CsvFormat } from '../../source/source';
import { bareNumbers, type Marks, quotedNumbers } from '../sql/marks';
import { literal } from '../sql/sql-text';

/**
 * What a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), and what would look like one that was
 * neutralised: so that what was written is known from what is read, and two keys never become one.
 */
export const formula = `'^''*[=+\\-@\\t\\r]'`;

/**
 * SQL of what stands in a JSON line for a value of a column.
 *
 * Integers of 64 bits are JSON numbers with all digits. Decimals and integers of 128 bits are JSON strings: DuckDB would write a number with all
 * digits, but it and most other readers of JSON take such a number through a double, and so would not give them back; pyarrow, Spark and
 * DuckDB cast strings to decimals without loss. Times are ISO 8601 in UTC with six digits of a second and Z, dates ISO 8601. Doubles have the digits
 * that tell them from their neighbours; what is not finite is a string, since JSON has no number for it. json, lists, structs and maps are
 * JSON; null is null, and so is a JSON null. With a marker for numbers, those in json stand behind it.
 */
export function jsonValue(marks: Marks) {
  return (type: ColumnType, value: string): string => encoded(type, value, marks, 0);
}

/**
 * SQL of what stands in CSV for a value of a column: as in JSON, but decimals need no quotes, and what has parts is JSON text. No value
 * is nothing at all, and the empty text is "". With `neutralise`, texts that are formulas (not those within json, lists, structs and maps)
 * have a ' before them.
 */
export function csvValue({ neutralise }: Pick<CsvFormat, 'neutralise'>, marks: Marks) {
  return (type: ColumnType, value: string): string => {
    switch (type.type) {
      case 'varchar':
        return neutralise
          ? `CASE WHEN regexp_matches(${value}, ${formula}) THEN '''' || ${value} ELSE ${value} END`
          : value;
      case 'timestamp':
        return isoTimestamp(value);
      case 'double':
        return `CASE WHEN isfinite(${value}) THEN CAST(${value} AS VARCHAR) ELSE ${notFinite(value)} END`;
      case 'list':
      case 'struct':
      case 'map':
        return unmarked(`CAST(to_json(${encoded(type, value, marks, 0)}) AS VARCHAR)`, marks);
      default:
        return value;
    }
  };
}

/** `depth` keeps the names of nested lambdas' parameters apart. */
function encoded(type: ColumnType, value: string, marks: Marks, depth: number): string {
  switch (type.type) {
    case 'json':
      return marks.number === undefined
        ? value
        : `CAST(${quotedNumbers(`CAST(${value} AS VARCHAR)`, marks.number)} AS JSON)`;
    case 'hugeint':
    case 'decimal':
      return `CAST(${value} AS VARCHAR)`;
    case 'double':
      return `CASE WHEN isfinite(${value}) THEN to_json(${value}) ELSE to_json(${notFinite(value)}) END`;
    case 'timestamp':
      return isoTimestamp(value);
    case 'list': {
      const element = `element_${depth}`;
      return `list_transform(${value}, lambda ${element}: ${encoded(type.of.columnType, element, marks, depth + 1)})`;
    }
    case 'struct': {
      const fields = Object.entries(type.fields).map(([name, { columnType }]) => {
        return `${literal(name)}: ${encoded(columnType, `struct_extract(${value}, ${literal(name)})`, marks, depth + 1)}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(', ')}} END`;
    }
    case 'map': {
      const entry = `entry_${depth}`;
      const held = encoded(type.of.columnType, `${entry}.value`, marks, depth + 1);
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${entry}: {'key': ${entry}.key, 'value': ${held}}))`;
    }
    default:
      return value;
  }
}

function unmarked(text: string, { number }: Marks): string {
  return number === undefined ? text : bareNumbers(text, number);
}

/** The names that Java knows, and so Spark, Python and DuckDB; DuckDB itself would write 'inf', which Java does not. NULL where there is no value. */
function notFinite(value: string): string {
  return `CASE WHEN isnan(${value}) THEN 'NaN' WHEN ${value} > 0 THEN 'Infinity' WHEN ${value} < 0 THEN '-Infinity' END`;
}

/** By way of TIMESTAMP, which strftime writes in 100 ns rather than the 270 that it takes for a TIMESTAMPTZ (DuckDB 1.5.5). */
function isoTimestamp(value: string): string {
  return `strftime(make_timestamp(epoch_us(${value})), '%Y-%m-%dT%H:%M:%S.%fZ')`;
}
