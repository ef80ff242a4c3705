import type { ColumnOptions, Replacement } from '../../source/column';
import { cleaned } from '../type/cleaned';
import type { Field } from './field';
import type { Projection } from './projection';
import { literal } from './sql-text';

/**
 * The text steps of fields, as layers that each stand on the one before, so that no text is computed twice: trim; nfc, collapse, case and
 * replace; nullIf; values. A text that a step leaves empty is no value, unless the column is verbatim. The first layer adds, the others replace.
 */
export function textSteps(fields: readonly Field[]): {
  readonly add: Projection;
  readonly replace: Projection[];
} {
  const cleaning = fields.filter(({ raw, clean }) => clean !== raw);
  const layer = (step: (options: ColumnOptions, text: string) => string | undefined) =>
    cleaning.flatMap(({ column: { options }, clean }) => {
      const expression = step(options, clean);
      return expression === undefined ? [] : [[expression, clean] as const];
    });
  return {
    add: cleaning.map(({ column, raw, clean }) => [column.options.verbatim ? raw : cleaned(raw), clean]),
    replace: [layer(rewritten), layer(withoutNulls), layer(translated)].filter((each) => each.length > 0),
  };
}

function rewritten(options: ColumnOptions, text: string): string | undefined {
  let expression = text;
  if (options.nfc) expression = `nfc_normalize(${expression})`;
  if (options.collapse) expression = `regexp_replace(${expression}, '[ \\t\\n\\r]+', ' ', 'g')`;
  if (options.case !== undefined) expression = `${options.case}(${expression})`;
  for (const replacement of replacements(options))
    expression = `regexp_replace(${expression}, ${literal(replacement.pattern)}, ${literal(replacement.with ?? '')}, 'g')`;
  return expression === text ? undefined : orNull(options, expression);
}

/** What a column replaces, one after the other. */
export function replacements({ replace }: ColumnOptions): readonly Replacement[] {
  return replace === undefined ? [] : [replace].flat();
}

function withoutNulls({ nullIf = [] }: ColumnOptions, text: string): string | undefined {
  if (nullIf.length === 0) return undefined;
  return `CASE WHEN ${text} IN (${nullIf.map(literal).join(', ')}) THEN NULL ELSE ${text} END`;
}

function translated(options: ColumnOptions, text: string): string | undefined {
  const { values = {} } = options;
  const cases = Object.entries(values).map(([from, to]) => `WHEN ${literal(from)} THEN ${literal(to)}`);
  if (cases.length === 0) return undefined;
  return orNull(options, `CASE ${text} ${cases.join(' ')} ELSE ${text} END`);
}

/** '' is no value, unless the column is verbatim. */
export function orNull({ verbatim }: ColumnOptions, text: string): string {
  return verbatim ? text : `nullif(${text}, '')`;
}
