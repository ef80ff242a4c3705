/** Replaces every credential in `text`, as it is or as it looks in a URL, by '***'. */
export function mask(text: string, credentials: readonly string[]): string {
  const forms = credentials.flatMap((credential) => [
    credential,
    encodeURIComponent(credential),
    new URLSearchParams([['', credential]]).toString().slice(1),
  ]);
  // Longest first: a form can be part of another one.
  const longestFirst = [...new Set(forms)].filter(Boolean).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}
