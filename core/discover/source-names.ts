import { isLoopback } from '../source/check/is-loopback';

/** What a URL gives a source file. */
export interface Address {
  readonly baseUrl: string;
  /** Begins with '/'. */
  readonly path: string;
}

/** Cuts a URL before the last part of its path: the others are likely to be the same for other datasets. */
export function addressOf({ origin, pathname }: URL): Address {
  const cut = pathname.replace(/\/+$/, '').lastIndexOf('/');
  const base = pathname.slice(0, Math.max(0, cut));
  // A base URL has no '@', which could stand before a host.
  return base.includes('@')
    ? { baseUrl: origin, path: pathname }
    : { baseUrl: origin + base, path: pathname.slice(Math.max(0, cut)) };
}

/** A name for the source, from its host: api.example.com → 'example'; this machine is 'local'. */
export function sourceNameOf(url: URL): string {
  if (isLoopback(url)) return 'local';
  const { hostname } = url;
  if (/^[\d.]+$|^\[/.test(hostname)) return 'source';
  const labels = hostname.split('.').filter((label) => label !== '');
  const isCountry =
    labels.length > 2 &&
    /^[a-z]{2}$/.test(labels.at(-1) ?? '') &&
    /^(co|com|org|net|gov|ac|edu)$/.test(labels.at(-2) ?? '');
  const name = labels.at(isCountry ? -3 : -2) ?? labels[0];
  return safeName(name ?? '') ?? 'source';
}

/** A name for the dataset, from the last part of the path: '/v1/orders.json' → 'orders'. */
export function datasetNameOf({ pathname }: URL): string {
  const parts = pathname.split('/').filter((part) => part !== '');
  const last = parts.findLast((part) => /[a-z]/i.test(part) && !/^v\d+(\.\d+)?$/i.test(part)) ?? '';
  return safeName(last.replace(/\.(json|php|aspx?|svc)$/i, '').replace(/\(.*\)$/, '')) ?? 'records';
}

function safeName(text: string): string | undefined {
  const words = text.replace(/%[0-9a-f]{2}/gi, '-').replace(/([a-z0-9])([A-Z])/g, '$1-$2');
  const name = words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  if (name === '') return undefined;
  return name === 'open' ? 'open-source' : name;
}
