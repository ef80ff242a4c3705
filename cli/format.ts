import { count, counted } from '../core/counted';

export { count, counted };

/** Bytes in the largest decimal unit that leaves at least one digit: 28100000 → '28.1 MB' */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(1)} ${units[power]}`;
}

/** Seconds as people say them: 5.9 → '5.9 s', 75 → '1 min 15 s', 7260 → '2 h 1 min' */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago something was, in the largest unit: '12 s ago', '3 h ago', '4 days ago'. */
export function ago(from: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(from)) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

/** Which pages, from 1, and how many records at most: 'pages 43 to 49, at most 700 records'. */
export function extentWords({
  firstPage,
  pages,
  records,
}: {
  readonly firstPage: number;
  readonly pages: number;
  readonly records: number;
}): string {
  return `${pagesWords(firstPage, pages)}, at most ${counted(records, 'record')}`;
}

/** Pages by their numbers from 1; `firstPage` is from 0. */
function pagesWords(firstPage: number, pages: number): string {
  if (pages === 1) return `page ${count(firstPage + 1)}`;
  return `pages ${count(firstPage + 1)} to ${count(firstPage + pages)}`;
}
