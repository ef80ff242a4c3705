import fc from 'fast-check';
import { Html, html } from '../../../core/report/html';

describe('a template', () => {
  it('takes markup as it is, and anything else as text', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p>${inner}${['a', new Html('<br>'), 1]}${undefined}${false}</p>`.text).toBe(
      '<p><b>&lt;i&gt;</b>a<br>1</p>',
    );
  });

  it('gives back the very text that it was given, whatever it is, once the entities are read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const written = html`${text}`.text;
        expect(written).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        const read = written
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&amp;', '&');
        fc.pre(!/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u.test(text));
        expect(read).toBe(text);
      }),
    );
  });

  it('writes what cannot be seen, or turns the direction of text around it, as code', () => {
    expect(html`${'a\u0000b\u202ec\ud800d\ne'}`.text).toBe('a\\u0000b\\u202ec\\ud800d\ne');
  });
});
