import { listOf } from './fields';

/** A parameter that unchecked slices declare, and where. */
export interface SliceParameter {
  readonly name: string;
  /** Which of the slices, counted from 0. */
  readonly index: number;
  /** The option that names it, or would. */
  readonly option: string;
}

/** Every parameter that the slices of a dataset, as they are written in a source file, give to its requests. */
export function sliceParameters(slices: unknown): readonly SliceParameter[] {
  return listOf(slices).flatMap((one, index) => {
    const named = (option: string, name: unknown) =>
      typeof name === 'string' ? [{ name, index, option }] : [];
    switch (one.type) {
      case 'values':
        return named('name', one.name);
      case 'records':
        return named('name', one.name ?? one.column);
      case 'windows':
        return [...named('fromName', one.fromName ?? 'from'), ...named('toName', one.toName ?? 'to')];
      default:
        return [];
    }
  });
}
