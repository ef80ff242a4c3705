/** 138398 → '138,398' */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A number of things: (1, 'range') → '1 range', (1384, 'page') → '1,384 pages' */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}
