/** One layer over a relation, in which some columns are new or replaced: `[expression, name]`. */
export type Projection = readonly (readonly [expression: string, name: string])[];

/** A projection as SQL. */
export function asList(projection: Projection): string {
  return projection.map(([expression, name]) => `${expression} AS ${name}`).join(', ');
}
