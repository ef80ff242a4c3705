/** The words of a metric-math expression, as a sticky `token` finds each in its first group. Throws where it finds none. */
export function tokensOf(expression: string, token: RegExp): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const text = expression.trimEnd();
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const [, found] = token.exec(text) ?? [];
    if (found === undefined) throw new Error(`${expression}: ${text.slice(from)} is not understood`);
    tokens.push(found);
  }
  return tokens;
}
