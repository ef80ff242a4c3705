/** Compiles an IAM pattern: `*` is any run of characters, `?` any one; flag 'i' ignores case, as IAM does for actions. */
export function wildcard(pattern: string, flags: '' | 'i' = ''): (value: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, `su${flags}`);
  return (value) => expression.test(value);
}
