import fc from 'fast-check';
import { mask } from '../../../../core/extract/http/mask';

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

  it('leaves short credentials in base64 alone, which may stand there by chance', () => {
    const encoded = Buffer.from('s3cretX').toString('base64');
    expect(mask(encoded, ['s3cretX'])).toBe(encoded);
  });

  it('leaves everything else alone', () => {
    expect(mask('nothing to hide', ['s3cret'])).toBe('nothing to hide');
    expect(mask('', [''])).toBe('');
  });
});
