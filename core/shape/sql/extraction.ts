import { toJsonPath } from '../../source/path';
import type { Field } from './field';
import type { Projection } from './projection';
import { literal } from './sql-text';

/** Adds the lists of what is at the fields' paths in `json`; answers where in them each raw value stands. */
export function extraction(
  fields: readonly Field[],
  from: 'record' | 'element',
  json: string,
  add: (projection: Projection) => void,
): Projection {
  const found = fields.flatMap(({ origin, raw, document }) =>
    origin.from === from ? [{ raw, document, path: toJsonPath(origin.path) }] : [],
  );
  const texts = found.filter(({ document }) => !document);
  const documents = found.filter(({ document }) => document);
  const paths = (some: typeof found) => `[${some.map(({ path }) => literal(path)).join(', ')}]`;
  add([
    ...(texts.length > 0
      ? [[`json_extract_string(${json}, ${paths(texts)})`, `${json}_texts`] as const]
      : []),
    ...(documents.length > 0
      ? [[`json_extract(${json}, ${paths(documents)})`, `${json}_documents`] as const]
      : []),
  ]);
  return [
    ...texts.map(({ raw }, index) => [`${json}_texts[${index + 1}]`, raw] as const),
    ...documents.map(
      ({ raw }, index) => [`nullif(CAST(${json}_documents[${index + 1}] AS VARCHAR), 'null')`, raw] as const,
    ),
  ];
}
