import type { Json } from '@duckdb/node-api';
import { onOneLine, type TableColumn, tableLines } from '../table';

/** A column of a table of records. */
export interface ShownColumn {
  readonly name: string;
  readonly type: string;
}

/** A cell of a transposed table is cut to no fewer characters. */
const narrowestCell = 10;
const widestType = 28;

/**
 * Records as lines of at most `width` characters where that is possible: a line per record, or, where that is too wide, a line per column
 * with the records side by side.
 */
export function recordsTable(
  columns: readonly ShownColumn[],
  rows: readonly (readonly Json[])[],
  width: number,
): string[] {
  const texts = rows.map((row) => row.map(cellText));
  const upright = rows.length === 0 ? undefined : uprightLines(columns, texts);
  if (upright?.every((line) => line.length <= width)) return upright;
  return transposedLines(columns, texts, width);
}

/** Names, types, a rule, and the records. */
function uprightLines(columns: readonly ShownColumn[], texts: readonly (readonly string[])[]): string[] {
  const headings = columns.map(({ name, type }): TableColumn => {
    return { name, align: /^(integer|bigint|hugeint|double|decimal)/.test(type) ? 'right' : 'left' };
  });
  const [names = '', rule = '', types = '', ...records] = tableLines(headings, [
    columns.map(({ type }) => type),
    ...texts,
  ]);
  return [names, types, rule, ...records];
}

function transposedLines(
  columns: readonly ShownColumn[],
  texts: readonly (readonly string[])[],
  width: number,
): string[] {
  const heads = columns.map(({ name, type }) => [name, cut(type, widestType)] as const);
  const taken = [0, 1].map((side) => Math.max(6, ...heads.map((head) => head[side]?.length ?? 0)));
  const left = width - taken.reduce((sum, one) => sum + one, 0) - 2 * (texts.length + 1);
  const cell = Math.max(narrowestCell, Math.floor(left / Math.max(1, texts.length)));
  const headings = ['column', 'type', ...texts.map((_, index) => String(index + 1))];
  const lines = heads.map((head, index) => [...head, ...texts.map((row) => cut(row[index] ?? '', cell))]);
  return tableLines(
    headings.map((name) => ({ name })),
    lines,
  );
}

/** What there is nothing of is named, since '' is a text. */
function cellText(value: Json): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cut(text: string, length: number): string {
  const flat = onOneLine(text);
  const characters = [...flat];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : flat;
}
