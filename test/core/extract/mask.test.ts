import fc from 'fast-check';
import { mask } from '../../../core/extract/mask';

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

  it('leaves everything else alone', () => {
    expect(mask('nothing to hide', ['s3cret'])).toBe('nothing to hide');
    expect(mask('', [''])).toBe('');
  });
});
