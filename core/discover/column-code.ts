import type { ColumnType } from '../source/column';
import { formatPath } from '../source/path';
import type { FoundColumn } from './find-columns';
import { type CodeCall, quoted } from './print-code';

/** A column as a source file has it: `varchar('customer.name')`. */
export function columnCode({ name, path, type }: FoundColumn): CodeCall {
  return callOf(type, path.length === 1 && path[0] === name ? [] : [quoted(formatPath(path))]);
}

function callOf(type: ColumnType, path: readonly string[]): CodeCall {
  return { call: type.type, args: [...argumentsOf(type), ...path, ...optionsOf(type)] };
}

function argumentsOf(type: ColumnType): readonly string[] {
  if (type.type === 'decimal') return [String(type.precision), String(type.scale)];
  if (type.type !== 'list' && type.type !== 'map') return [];
  const { call, args } = callOf(type.of.columnType, []);
  return [`${call}(${args.join(', ')})`];
}

function optionsOf(type: ColumnType): readonly string[] {
  return 'format' in type && type.format !== undefined ? [`{ format: ${quoted(type.format)} }`] : [];
}

/** The builders that a column needs. */
export function buildersOf(type: ColumnType): readonly string[] {
  return type.type === 'list' || type.type === 'map'
    ? [type.type, ...buildersOf(type.of.columnType)]
    : [type.type];
}
