/**
 * Names between braces, in the order in which they stand: ['userId'] of 'u-{userId}' and of '{+userId}'. Texts such as
 * '{"a":1}' hold none.
 */
export function placeholdersOf(text: string): readonly string[] {
  return namesIn(text, /\{\+?([A-Za-z_][A-Za-z0-9_-]*)\}/g);
}

/** Whatever stands between braces in a path, where braces have no other use. */
export function pathPlaceholdersOf(path: string): readonly string[] {
  return namesIn(path, /\{\+?([^{}]*)\}/g);
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
