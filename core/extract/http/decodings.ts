/** A text without some of its escapes. */
export interface Decoding {
  readonly text: string;
  /** Where in the text that was given its character `index` begins; the end for the end. */
  readonly origin: (index: number) => number;
}

/** Times that a text is decoded, at most, one after the other. */
const mostRounds = 3;

/** Names that HTML has for characters of ASCII. */
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const jsonEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Ways to escape; the first group is the code in hexadecimal digits, the second one in decimals, the third one a name. Characters of ASCII are enough: escapes consist of them. */
const escaped: readonly RegExp[] = [
  /%([0-7][0-9a-f])/gi,
  /\\(?:u00([0-7][0-9a-f])|()(["\\/nrtbf]))/gi,
  /&(?:#x0{0,8}([0-7]?[0-9a-f])|#0{0,8}(1[01]\d|12[0-7]|\d\d?)|(amp|lt|gt|quot|apos));/gi,
];

/** The text as it is, and what it is decoded as a URL, JSON or HTML, in any order: each outcome once. */
export function decodings(text: string): readonly Decoding[] {
  const found = new Map<string, Decoding>([[text, { text, origin: (index) => index }]]);
  let last = [...found.values()];
  for (let round = 0; round < mostRounds; round++) {
    const next = last.flatMap((one) => escaped.map((pattern) => decode(one, pattern)));
    last = [];
    for (const one of next) {
      if (one === undefined || found.has(one.text)) continue;
      found.set(one.text, one);
      last.push(one);
    }
  }
  return [...found.values()];
}

/** Nothing where nothing is escaped so. */
function decode({ text, origin }: Decoding, pattern: RegExp): Decoding | undefined {
  const parts: string[] = [];
  const origins = new Int32Array(text.length + 1);
  let read = 0;
  let written = 0;
  const copy = (end: number) => {
    parts.push(text.slice(read, end));
    while (read < end) origins[written++] = read++;
  };
  for (const { index, 0: found, 1: hex, 2: decimal, 3: name = '' } of text.matchAll(pattern)) {
    copy(index);
    parts.push(meant(hex, decimal, name));
    origins[written++] = index;
    read = index + found.length;
  }
  if (read === 0) return undefined;
  copy(text.length);
  origins[written] = text.length;
  return { text: parts.join(''), origin: (index) => origin(origins[index] ?? text.length) };
}

function meant(hex: string | undefined, decimal: string | undefined, name: string): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  if (decimal) return String.fromCharCode(Number(decimal));
  return entities[name.toLowerCase()] ?? jsonEscapes[name] ?? name;
}
