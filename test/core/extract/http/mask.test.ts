import fc from 'fast-check';
import { mask } from '../../../../core/extract/http/mask';

const credential = fc.string({
  minLength: 8,
  maxLength: 40,
  unit: fc.constantFrom(...'aZ09/+=&<>"\'\\\\%;#u25- éж😀'),
});

const perCharacter = (written: (character: string) => string) => (text: string) =>
  [...text].map(written).join('');
const units = (text: string) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
const html: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What a source may do with a text that it repeats in a URL, a form, JSON or HTML. */
const escapes: Readonly<Record<string, (text: string) => string>> = {
  URL: encodeURIComponent,
  'URL in small letters': (text) => encodeURIComponent(text).replace(/%../g, (bytes) => bytes.toLowerCase()),
  form: (text) => new URLSearchParams({ k: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON with escaped slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON with \\u for all but letters and digits': (text) =>
    text.replace(/[^a-zA-Z0-9]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'JSON with \\u for all': (text) =>
    units(text)
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  HTML: perCharacter((one) => html[one] ?? one),
  'HTML by numbers': perCharacter((one) => (/\W/.test(one) ? `&#${one.codePointAt(0)};` : one)),
  'HTML by hexadecimal numbers': perCharacter((one) => `&#x${one.codePointAt(0)?.toString(16)};`),
};

/** Ways to write the bytes of a text. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'hexadecimal digits': (text) => Buffer.from(text).toString('hex'),
  'hexadecimal digits in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
};

describe('mask', () => {
  it('leaves no credential in a text, whether as it is or as in a URL', () => {
    const credential = fc.string({ minLength: 4, unit: fc.constantFrom(...'abcXYZ019 +/=&%~-_.:') });
    fc.assert(
      fc.property(credential, fc.string(), fc.string(), (secret, before, after) => {
        const forms = [
          secret,
          encodeURIComponent(secret),
          new URLSearchParams({ k: secret }).toString().slice(2),
        ];
        const masked = mask(forms.map((form) => `${before}|${form}|${after}`).join('\n'), [secret]);
        for (const form of forms) expect(masked).not.toContain(`|${form}|`);
      }),
    );
  });

  it('leaves none in JSON or HTML either, with any of its characters escaped', () => {
    const escapes = [
      (c: string) => c,
      (c: string) => JSON.stringify(c).slice(1, -1),
      (c: string) => [...c].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
      (c: string) => `&#${c.codePointAt(0)};`,
      (c: string) => `&#x${c.codePointAt(0)?.toString(16).toUpperCase()};`,
      (c: string) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c,
      (c: string) => (c === '/' ? '\\/' : c),
      (c: string) => encodeURIComponent(c).replace(/%../g, (bytes) => bytes.toLowerCase()),
    ];
    const character = fc.tuple(fc.constantFrom(...'aZ0&<>"\\/+= é€$^'), fc.nat({ max: escapes.length - 1 }));
    fc.assert(
      fc.property(fc.array(character, { minLength: 4, maxLength: 20 }), (characters) => {
        const secret = characters.map(([one]) => one).join('');
        const written = characters.map(([one, how]) => escapes[how]?.(one) ?? one).join('');
        expect(mask(`[${written}]`, [secret])).toBe('[***]');
      }),
    );
  });

  it('leaves none in base64, alone or as part of more, in either alphabet', () => {
    const text = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' });
    fc.assert(
      fc.property(text, fc.string(), fc.string(), (secret, before, after) => {
        const alone = Buffer.from(secret);
        const inside = Buffer.from(`${before}${secret}${after}`);
        const forms = [alone, inside].flatMap((bytes) => {
          const encoded = bytes.toString('base64');
          return [
            encoded,
            encodeURIComponent(encoded),
            encoded.replace(/=+$/, ''),
            bytes.toString('base64url'),
          ];
        });
        for (const [at, form] of forms.entries()) {
          const masked = mask(`[${form}]`, [secret]);
          if (at < 4) expect(masked).toBe('[***]');
          else expect(Buffer.from(masked.replace('***', ''), 'base64').toString()).not.toContain(secret);
          expect(masked).toContain('***');
        }
      }),
    );
  });

  it('leaves none in hexadecimal digits, alone or as part of more, in small letters or capitals', () => {
    const text = fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme' });
    fc.assert(
      fc.property(text, fc.string(), fc.string(), (secret, before, after) => {
        const digits = Buffer.from(secret).toString('hex');
        expect(mask(`[${digits}] [${digits.toUpperCase()}]`, [secret])).toBe('[***] [***]');
        const inside = Buffer.from(`${before}${secret}${after}`).toString('hex');
        expect(mask(inside, [secret])).not.toContain(digits);
      }),
    );
  });

  describe.each(Object.keys(escapes))('as %s', (first) => {
    test.each([...Object.keys(escapes), ...Object.keys(encodings)])(
      'of %s, nothing of it remains',
      (second) => {
        const inner = { ...escapes, ...encodings }[second];
        fc.assert(
          fc.property(credential, (secret) => {
            const written = escapes[first]?.(inner?.(secret) ?? '') ?? '';
            expect(mask(`[${written}]`, [secret])).toBe('[***]');
          }),
          { numRuns: 20 },
        );
      },
    );
  });

  describe.each(Object.keys(encodings))('as %s', (first) => {
    test.each(['URL', 'form', 'JSON', ...Object.keys(encodings)])(
      'of %s, nothing of it remains',
      (second) => {
        const inner = { ...escapes, ...encodings }[second];
        fc.assert(
          fc.property(credential, (secret) => {
            const written = encodings[first]?.(inner?.(secret) ?? '') ?? '';
            expect(mask(`[${written}]`, [secret])).toBe('[***]');
          }),
          { numRuns: 20 },
        );
      },
    );
  });

  it.each([
    ['p/q"r s', '%252525252Fq', 'p%252525252Fq%2525252522r%2525252520s'],
    ['p/q"r', 'JSON in JSON, four times', [1, 2, 3, 4].reduce((text) => JSON.stringify(text), 'p/q"r')],
    ['p/q"r', 'many backslashes', `p${'\\'.repeat(15)}u002fq${'\\'.repeat(15)}"r`],
    ['p\\q', 'a backslash, doubled four times', `p${'\\'.repeat(16)}q`],
  ])('leaves nothing of %s in %s', (secret, _, written) => {
    const masked = mask(written, [secret]);
    expect(masked).toContain('***');
    expect(masked.replace(/[\\"]/g, '')).toBe('***');
  });

  it('keeps what stands around it as it was, escapes included', () => {
    expect(mask('a%20b\\"c&amp;d p%252Fq &lt;e\\u0041 p%252Fq', ['p/q'])).toBe(
      'a%20b\\"c&amp;d *** &lt;e\\u0041 ***',
    );
  });

  it('takes time that grows with the text alone, whatever a source sends', () => {
    const units = ['%25', '%5c', '\\', '\\u005c', '&amp;', '&#0', '0', '"', '+', 'a', '%', '\\"', 'aaab'];
    const secrets = [
      'aaaaaaaaaaaaaaac',
      '""""""""""x',
      '\\\\\\\\\\\\\\\\x',
      '%25%25%25%25x',
      '&amp;&amp;&x',
      ' + + + + x',
    ];
    for (const unit of units) {
      const text = unit.repeat(50_000 / unit.length);
      expect(mask(text, secrets)).toBe(text);
    }
  }, 60_000);

  it('takes time that grows with the text alone where a credential reads like escapes itself', () => {
    const secret = `${'\\u005c'.repeat(8)}x`;
    expect(mask(`${secret} ${secret.slice(0, -1).repeat(500)}`, [secret])).toMatch(/^\*\*\* /);
  }, 60_000);

  it('takes credentials as long as they come', () => {
    const long = Array.from({ length: 2000 }, (_, at) => `${at}/+`).join('');
    const forms = [
      long,
      encodeURIComponent(long),
      JSON.stringify(JSON.stringify(long)),
      Buffer.from(long).toString('base64'),
    ];
    for (const written of forms) expect(mask(written, [long]).replace(/[\\"]/g, '')).toBe('***');
    const foreign = long.replaceAll('/', 'é😀');
    expect(mask(encodeURIComponent(foreign), [foreign])).toBe('***');
  });

  it('leaves short credentials in base64 and hexadecimal digits alone, which may stand there by chance', () => {
    for (const encoding of ['base64', 'hex'] as const) {
      const encoded = Buffer.from('s3cretX').toString(encoding);
      expect(mask(encoded, ['s3cretX'])).toBe(encoded);
    }
  });

  it('leaves everything else alone', () => {
    expect(mask('nothing to hide', ['s3cret'])).toBe('nothing to hide');
    expect(mask('', [''])).toBe('');
  });
});
