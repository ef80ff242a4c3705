import type { Table } from '../../plan/plan';

const types: Readonly<Record<Table['extension'], string>> = {
  parquet: 'application/vnd.apache.parquet',
  'jsonl.gz': 'application/gzip',
  'jsonl.zst': 'application/zstd',
  'csv.gz': 'application/gzip',
  'csv.zst': 'application/zstd',
};

/**
 * The media type of a stage object: Parquet as IANA registered it, compressed texts as RFC 6713 (gzip) and RFC 8878 (zstd) name their files.
 * Never a text's type with a Content-Encoding: clients that undo it by themselves would give readers a text that is called .gz.
 */
export function contentType(extension: Table['extension']): string {
  return types[extension];
}
