import fc from 'fast-check';
import { PageBodies } from '../../../local/sample/page-bodies';

describe('PageBodies', () => {
  test('cuts the pages that slicing would', () => {
    const positive = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 60 }),
        positive,
        positive,
        (records, page, perPage) => {
          const bodies = new PageBodies(records, 'me "and" you');
          expect(bodies.body(page, perPage).toString()).toBe(
            JSON.stringify({
              data: records.slice((page - 1) * perPage, page * perPage),
              meta: { total: records.length, page, perPage, pages: Math.ceil(records.length / perPage) },
              attribution: 'me "and" you',
            }),
          );
        },
      ),
    );
  });
});
