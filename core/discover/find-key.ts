import type { FoundColumn } from './find-columns';
import { sure, unsure } from './found-pagination';
import { scalarText } from './json-tree';
import type { Finding } from './look';

/** Columns that identify a record, and how that is known. */
export interface FoundKey {
  readonly key: readonly string[];
  readonly finding: Finding;
}

const keyTypes = new Set(['bigint', 'hugeint', 'integer', 'varchar', 'uuid', 'date', 'timestamp']);
/** Names that alone say that they identify, the surest first. */
const names = [
  'id',
  '_id',
  'uuid',
  'guid',
  'uid',
  'key',
  'objectid',
  'code',
  'number',
  'no',
  'slug',
  'sku',
  'isbn',
  'reference',
];

/** The columns that tell the records apart; the best guess where nothing does. `columns` are not empty. */
export function findKey(columns: readonly FoundColumn[], datasetName: string, records: number): FoundKey {
  const usable = columns.filter(({ isEmpty, type }) => !isEmpty && keyTypes.has(type.type));
  const complete = usable.filter(({ values }) => values.every(hasValue));
  const ranked = complete
    .map((column) => ({ column, rank: rankOf(column, datasetName) }))
    .sort((a, b) => a.rank - b.rank);
  const unique = ranked.find(({ column }) => isUnique([column]));
  if (unique && unique.rank < guessed) return single(unique.column, records);
  if (unique && unique.rank < moments) {
    const { name } = unique.column;
    const text = `${name} is different in all ${records} records, but its name may be that of the key of something else`;
    return { key: [name], finding: unsure('key', text) };
  }
  const likely = ranked.filter(({ rank }) => rank < unlikely).map(({ column }) => column);
  const pair = pairsOf(likely.slice(0, 12)).find(isUnique);
  if (pair) {
    const key = pair.map(({ name }) => name);
    const alone = unique
      ? `no field named like a key is different in all ${records} records (${unique.column.name} is, perhaps by chance)`
      : `no field is different in all ${records} records`;
    return { key, finding: unsure('key', `${alone}, but ${key.join(' and ')} are together`) };
  }
  if (unique) {
    const { name } = unique.column;
    return {
      key: [name],
      finding: unsure('key', `no field is named like a key; ${name} is different in all ${records} records`),
    };
  }
  const [guess] = [
    ...ranked.map(({ column }) => column),
    ...usable,
    ...columns.filter(({ isEmpty }) => !isEmpty),
    ...columns,
  ];
  const name = guess?.name ?? '';
  return {
    key: [name],
    finding: unsure('key', `nothing is different in all ${records} records; ${name} is no more than a guess`),
  };
}

function single({ name }: FoundColumn, records: number): FoundKey {
  if (records === 1)
    return { key: [name], finding: unsure('key', `named like one; only one record was seen`) };
  return { key: [name], finding: sure('key', `${name} is there, and different, in all ${records} records`) };
}

/** From here on a name does not say that it identifies the record; here it is a moment, which may be another's, too; and from here on it hardly can. */
const guessed = 200;
const moments = 300;
const unlikely = 400;

function rankOf({ name, path, type }: FoundColumn, datasetName: string): number {
  const plain = name.toLowerCase().replace(/[^a-z0-9_]/g, '');
  const bare = plain.replaceAll('_', '');
  const named = names.indexOf(plain);
  const depth = path.length - 1;
  if (named >= 0) return named + depth;
  const own = singular(datasetName.replace(/[^a-z0-9]/g, ''));
  const isOwn = [`${own}id`, `${own}uuid`, `${own}key`, `${own}code`, `${own}number`, `${own}no`].includes(
    bare,
  );
  if (isOwn) return 20 + depth;
  // Of a nested object: somebody else's.
  if (/(id|uuid|guid|key|code|number|sku)$/.test(bare)) return (depth === 0 ? 250 : 260) + depth;
  if (type.type === 'uuid') return 255;
  if (type.type === 'date' || type.type === 'timestamp') return moments;
  return 500 + depth;
}

function singular(name: string): string {
  return name
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/([^s])s$/, '$1');
}

function hasValue(value: FoundColumn['values'][number]): boolean {
  return (scalarText(value) ?? '').trim() !== '';
}

function isUnique(columns: readonly FoundColumn[]): boolean {
  const [first] = columns;
  const seen = new Set(
    first?.values.map((_, at) => JSON.stringify(columns.map(({ values }) => scalarText(values[at])?.trim()))),
  );
  return seen.size === first?.values.length;
}

function pairsOf(columns: readonly FoundColumn[]): readonly (readonly FoundColumn[])[] {
  return columns.flatMap((one, at) => columns.slice(at + 1).map((other) => [one, other]));
}
