import { PermanentError } from '../../errors';
import type { Column, ColumnType } from '../../source/column';

/** Words of DuckDB's type names, as sqlType writes them, by the type that they are read back as. */
const simple: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: { type: 'boolean' },
  INTEGER: { type: 'integer' },
  BIGINT: { type: 'bigint' },
  DOUBLE: { type: 'double' },
  VARCHAR: { type: 'varchar' },
  DATE: { type: 'date' },
  TIMESTAMP: { type: 'timestamp' },
  'TIMESTAMP WITH TIME ZONE': { type: 'timestamp' },
  JSON: { type: 'json' },
};

/** A quoted name, a number, a word (the one type of several words is one), or a sign. */
const token = /"(?:[^"]|"")*"|\d+|TIMESTAMP WITH TIME ZONE|\w+|\S/g;

/**
 * The column type of DuckDB's name for it, as pointers and manifests hold it: `STRUCT("a" BIGINT, "b" DECIMAL(12,2)[])`. The inverse of sqlType
 * but for uuid and time, which are varchar in a table, and hugeint, which is a decimal. Throws a PermanentError for any other text.
 */
export function parseSqlType(text: string): ColumnType {
  const tokens = text.match(token) ?? [];
  let at = 0;
  const refuse = (): never => {
    throw new PermanentError(`'${text}' is no column type that this version of Baseload knows`);
  };
  const next = () => tokens[at++] ?? refuse();
  const expect = (sign: string) => void (next() === sign || refuse());
  const whole = () => {
    const digits = next();
    return /^\d+$/.test(digits) ? Number(digits) : refuse();
  };

  const type = (): ColumnType => {
    let read = base(next());
    while (tokens[at] === '[') {
      at++;
      expect(']');
      read = { type: 'list', of: column(read) };
    }
    return read;
  };
  const base = (word: string): ColumnType => {
    switch (word) {
      case 'DECIMAL': {
        expect('(');
        const precision = whole();
        expect(',');
        const scale = whole();
        expect(')');
        return { type: 'decimal', precision, scale };
      }
      case 'MAP': {
        expect('(');
        expect('VARCHAR');
        expect(',');
        const of = column(type());
        expect(')');
        return { type: 'map', of };
      }
      case 'STRUCT':
        return { type: 'struct', fields: Object.fromEntries(members()) };
      default:
        return Object.hasOwn(simple, word) ? (simple[word] ?? refuse()) : refuse();
    }
  };
  const members = (): [string, Column][] => {
    const read: [string, Column][] = [];
    for (let sign = next() === '(' ? ',' : refuse(); sign === ','; sign = next()) {
      const name = next();
      read.push([name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name, column(type())]);
    }
    return tokens[at - 1] === ')' ? read : refuse();
  };

  const read = type();
  return at === tokens.length ? read : refuse();
}

function column(columnType: ColumnType): Column {
  return { columnType, options: {} };
}
