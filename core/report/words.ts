import { count, counted } from '../counted';

export { count, counted };

/** Between a number and its unit, which stay on one line. */
const space = '\u00a0';

/** A number with the digits that matter: 48.2431 → '48.2', 0.034 → '0.034', 1384.2 → '1,384' */
export function figure(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return count(value);
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** A share of 1: 0.964 → '96.4 %'. What is not all never reads as all, and what is not nothing never as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return `below 0.01${space}%`;
  if (value < 100 && value > 99.99) return `above 99.99${space}%`;
  return `${value.toLocaleString('en', { maximumFractionDigits: value > 99.9 || value < 1 ? 2 : 1 })}${space}%`;
}

/** Bytes in the largest decimal unit that leaves at least one digit: 28100000 → '28.1 MB' */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(1)}${space}${units[power]}`;
}

/** Milliseconds as people say them: 240 → '240 ms', 5900 → '5.9 s', 75000 → '1 min 15 s', 7260000 → '2 h 1 min', 2e8 → '2 d 7 h' */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}${space}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${space}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${space}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${space}min ${whole % 60}${space}s`;
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours}${space}h ${minutes % 60}${space}min`
    : `${Math.floor(hours / 24)}${space}d ${hours % 24}${space}h`;
}

/** Milliseconds since the epoch → '2026-01-31 03:00:00 UTC' */
export function utc(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The beginning of a text that is too long to be shown whole. */
export function shortened(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}

/** A moment on an axis of so many milliseconds: no more of it than tells it from the others. */
export function shortTime(time: number, span: number): string {
  const iso = new Date(time).toISOString();
  if (span < 10_000) return iso.slice(11, 21);
  if (span < 3_600_000) return iso.slice(11, 19);
  if (span < 86_400_000) return iso.slice(11, 16);
  return `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/** 0.0421 → '$0.042' */
export function dollars(value: number): string {
  if (value === 0) return '$0';
  if (value < 0.0001) return 'below $0.0001';
  return `$${value.toLocaleString('en', value < 1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
