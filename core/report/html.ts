/** Markup that may stand in a page as it is. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template takes: markup as it is, anything else escaped; nothing for what is undefined or false. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/** Markup from a template. Whatever is filled in is text, unless it is markup itself: names, reasons and records come from outside. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries()) text += markup(value) + (parts[index + 1] ?? '');
  return new Html(text);
}

function markup(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(markup).join('');
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Invisible characters, and halves of surrogate pairs, are written as code: some turn the direction of the text around them, and none is HTML. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (one) => entities[one] ?? one)
    .replace(
      /(?![\t\n\r])[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
      (one) => `\\u${code(one)}`,
    );
}

function code(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
