/** A shorter text lets nobody in, and would be found everywhere. */
const shortest = 6;

/** What of header values must not be written: each as a whole, and its parts, such as the signature behind 'Signature='. */
export function credentialsIn(values: readonly string[]): string[] {
  const parts = values.flatMap((value) => [value, ...value.split(/[\s,;:="]+/)]);
  return [...new Set(parts)].filter((part) => part.length >= shortest);
}
