import fc from 'fast-check';
import { PermanentError } from '../../../../core/errors';
import { fromPagesDocument, toPagesDocument } from '../../../../core/run/range/raw-pages';

const parameters = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/),
  fc.oneof(fc.string({ unit: 'binary' }), fc.integer()),
  { noNullPrototype: true },
);
const origin = fc.record(
  {
    slice: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/),
    parameters,
    page: fc.nat(),
    fetchedAt: fc
      .date({ min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  },
  { noNullPrototype: true },
);

describe('which pages the bodies of a raw object are', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(origin), (origins) => {
        for (const document of [{ origins }, { origins, sha256: 'ab'.repeat(32) }])
          expect(fromPagesDocument(toPagesDocument(document), 'key')).toEqual(document);
      }),
    );
  });

  it('takes some 20 bytes a page', () => {
    const origins = Array.from({ length: 5000 }, (_, page) => ({
      slice: 's-00000007',
      parameters: { from: '2026-01-30T00:00:00Z', to: '2026-01-31T00:00:00Z' },
      page,
      fetchedAt: new Date(Date.parse('2026-01-31T03:00:00.000Z') + page).toISOString(),
    }));
    expect(toPagesDocument({ origins }).length / origins.length).toBeLessThan(24);
  });

  it.each(['', '{}', '{"version":2,"slices":[],"pages":[]}', '{"version":1,"slices":[],"pages":[[0,0,0]]}'])(
    'is not read from something else: %s',
    (text) => {
      expect(() => fromPagesDocument(text, 'raw/x.pages.json')).toThrow(PermanentError);
      expect(() => fromPagesDocument(text, 'raw/x.pages.json')).toThrow(/^raw\/x\.pages\.json /);
    },
  );
});
