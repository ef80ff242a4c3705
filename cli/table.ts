/** One column of a printed table. */
export interface TableColumn {
  readonly name: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** Values longer than this are cut in tables; `--json` prints them whole. */
const widestCell = 60;

/** A table as lines: a heading, a rule, a line per row. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columns.map(({ name }, i) =>
    Math.max(width(name), ...cells.map((row) => width(row[i] ?? ''))),
  );
  const line = (values: readonly string[]) =>
    columns
      .map(({ align }, i) => pad(values[i] ?? '', widths[i] ?? 0, align))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ name }) => name)),
    widths.map((w) => '─'.repeat(w)).join('  '),
    ...cells.map(line),
  ];
}

/** A text on one line, with signs for what would break it; spaces stay, since they are what a look at a table is for. */
export function onOneLine(text: string): string {
  return text
    .replace(/\r\n|\r|\n/g, '↵')
    .replaceAll('\t', '⇥')
    .replace(/\p{Cc}/gu, '�');
}

function oneLine(text: string): string {
  const flat = onOneLine(text);
  return [...flat].length > widestCell ? `${[...flat].slice(0, widestCell - 1).join('')}…` : flat;
}

function pad(text: string, to: number, align: TableColumn['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, to - width(text)));
  return align === 'right' ? space + text : text + space;
}

/** Columns of a terminal that a text takes; East Asian wide characters take two. */
function width(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + (/[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦]/.test(character) ? 2 : 1),
    0,
  );
}
