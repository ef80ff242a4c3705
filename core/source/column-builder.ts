import type { Column, ColumnOptions, ColumnType } from './column';

/** Options of a column that every record must have. */
export type RequiredOptions<O = ColumnOptions> = O & { readonly required: true };

/** A column that every record must have; RecordOf leaves null out of its type. */
export type RequiredColumn<T> = Column<T> & { readonly options: { readonly required: true } };

/** Options of a column that is not in the table. */
export type DroppedOptions<O = ColumnOptions> = O & { readonly mask: 'drop' };

/** A column that is not in the table; RecordOf leaves it out. */
export type DroppedColumn<T> = Column<T> & { readonly options: { readonly mask: 'drop' } };

/** Options of a date, a time or a timestamp; F is how its texts may be written. */
export type TimeOptions<F> = ColumnOptions & {
  /** How the texts are written. @default ISO 8601 @example '%d.%m.%Y' */
  readonly format?: F;
};

/** Options of columns that hold JSON, lists, structs and maps. */
export interface NestedOptions extends Pick<ColumnOptions, 'required' | 'onUnfit'> {
  /** Leave the column out of the table. @default the value itself */
  readonly mask?: 'drop';
}

/** Makes columns of one type; T is what a value is in JavaScript, O what options the type has. */
export interface ColumnBuilder<T, O = ColumnOptions> {
  /** A column that is not in the table, from the value at `path`. */
  (path: string, options: DroppedOptions<O>): DroppedColumn<T>;
  /** A column that is not in the table, from the field of the same name. */
  (options: DroppedOptions<O>): DroppedColumn<T>;
  /** A column that every record must have, from the value at `path`. */
  (path: string, options: RequiredOptions<O>): RequiredColumn<T>;
  /** A column that every record must have, from the field of the same name. */
  (options: RequiredOptions<O>): RequiredColumn<T>;
  /** A column from the value at `path`, such as `location.coordinates[1]`. */
  (path: string, options?: O): Column<T>;
  /** A column from the field of the same name. */
  (options?: O): Column<T>;
}

/** What a value of a column is in JavaScript. */
export type ValueOf<C> = C extends Column<infer T> ? T : never;

/** What a value of a nested column is in JavaScript; any value within it may be null. */
type NestedValue<Inner, Kind> = Kind extends 'list'
  ? readonly (ValueOf<Inner> | null)[]
  : Kind extends 'map'
    ? ReadonlyMap<string, ValueOf<Inner> | null>
    : { readonly [F in keyof Inner]: ValueOf<Inner[F]> | null };

/** Makes columns of one nested type, which begins with what is in it: a column, or columns by name. */
export interface NestedBuilder<Inner, Kind extends 'list' | 'struct' | 'map'> {
  /** A column that is not in the table, from the value at `path`. */
  <I extends Inner>(
    inner: I,
    path: string,
    options: DroppedOptions<NestedOptions>,
  ): DroppedColumn<NestedValue<I, Kind>>;
  /** A column that is not in the table, from the field of the same name. */
  <I extends Inner>(inner: I, options: DroppedOptions<NestedOptions>): DroppedColumn<NestedValue<I, Kind>>;
  /** A column that every record must have, from the value at `path`. */
  <I extends Inner>(
    inner: I,
    path: string,
    options: RequiredOptions<NestedOptions>,
  ): RequiredColumn<NestedValue<I, Kind>>;
  /** A column that every record must have, from the field of the same name. */
  <I extends Inner>(inner: I, options: RequiredOptions<NestedOptions>): RequiredColumn<NestedValue<I, Kind>>;
  /** A column from the value at `path`. */
  <I extends Inner>(inner: I, path: string, options?: NestedOptions): Column<NestedValue<I, Kind>>;
  /** A column from the field of the same name. */
  <I extends Inner>(inner: I, options?: NestedOptions): Column<NestedValue<I, Kind>>;
}

/** Makes the builder of a nested type. */
export function nestedOf<Inner, Kind extends 'list' | 'struct' | 'map'>(
  typeOf: (inner: Inner) => ColumnType,
): NestedBuilder<Inner, Kind> {
  const build = (inner: Inner, pathOrOptions?: string | NestedOptions, options?: NestedOptions) =>
    column(typeOf(inner), pathOrOptions, options);
  // As in columnsOf.
  return build as NestedBuilder<Inner, Kind>;
}

/** Makes the builder of a type that takes no arguments of its own. */
export function columnsOf<T, O = ColumnOptions>(columnType: ColumnType): ColumnBuilder<T, O> {
  const build = (pathOrOptions?: string | ColumnOptions, options?: ColumnOptions) =>
    column<T>(columnType, pathOrOptions, options);
  // The overloads pair options with what they make of the column; one implementation cannot say so.
  return build as ColumnBuilder<T, O>;
}

/** Makes the builder of dates, times or timestamps: the format, though written as an option, belongs to the type. */
export function timesOf<F>(type: 'date' | 'time' | 'timestamp') {
  return <T>(): ColumnBuilder<T, TimeOptions<F>> => {
    const build = (pathOrOptions?: string | TimeOptions<string>, more?: TimeOptions<string>) => {
      const given = column<T>({ type }, pathOrOptions, more);
      // A plain JavaScript file may hand over anything: what is no object has no format either.
      const { format, ...options }: TimeOptions<string> = Object(given.options);
      return format === undefined ? given : { ...given, columnType: { type, format }, options };
    };
    // As in columnsOf.
    return build as ColumnBuilder<T, TimeOptions<F>>;
  };
}

/** A column as it is written. Takes anything without complaint: defineSource reports what is wrong together with all other problems. */
export function column<T>(
  columnType: ColumnType,
  pathOrOptions: string | ColumnOptions | undefined,
  options: ColumnOptions | undefined,
): Column<T> {
  if (typeof pathOrOptions === 'object' && options === undefined)
    return { columnType, options: pathOrOptions };
  // What is an object here, with options behind it, is refused by the schema.
  const path = pathOrOptions as string | undefined;
  return path === undefined
    ? { columnType, options: options ?? {} }
    : { columnType, path, options: options ?? {} };
}
