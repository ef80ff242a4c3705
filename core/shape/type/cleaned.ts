/** JSON's white space (RFC 8259, section 2), as the characters that trim() takes. */
const white = "' ' || chr(9) || chr(10) || chr(13)";

/** The same as a class of RE2. */
const whiteClass = String.raw`[ \t\n\r]*`;

/**
 * Takes white space off both ends of a text, and makes '' NULL. The comparisons cost 9 ns where trim() alone costs 60 to
 * 250, and nearly no text needs it: whatever sorts before '!' is empty or begins with white space or a control character.
 */
export function cleaned(text: string): string {
  const clean = ["' '", 'chr(9)', 'chr(10)', 'chr(13)'].map((end) => `NOT suffix(${text}, ${end})`);
  return `CASE WHEN ${text} >= '!' AND ${clean.join(' AND ')} THEN ${text} ELSE nullif(${trimmed(text)}, '') END`;
}

/** A text without white space at both ends; for the rare text that is not what it should be, as it costs 60 to 250 ns. */
export function trimmed(text: string): string {
  return `trim(${text}, ${white})`;
}

/** Whether a text is nothing but white space. NULL for NULL. */
export function isBlank(text: string): string {
  return `${trimmed(text)} = ''`;
}

/** A regular expression (RE2) for what `pattern` matches, with white space around it. */
export function amidWhite(pattern: string): string {
  return `${whiteClass}(?:${pattern})${whiteClass}`;
}
