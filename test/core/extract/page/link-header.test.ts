import fc from 'fast-check';
import { linkWith, parseLinkHeader } from '../../../../core/extract/page/link-header';

it.each<[string, string | undefined]>([
  [
    '<https://a.example/?page=2>; rel="next", <https://a.example/?page=9>; rel="last"',
    'https://a.example/?page=2',
  ],
  ['</items?page=1>; rel=prev, </items?page=3>; rel=next', '/items?page=3'],
  ['<a,b;c?d="e">;rel="next"', 'a,b;c?d="e"'],
  ['<x>; title="no; rel=\\"next\\", <y>; rel=next"; rel="prev"', undefined],
  ['<x>; title="a, b"; REL = "prev NEXT start"', 'x'],
  ['<x>; rel="prev"; rel="next"', undefined],
  ['<other>; rel="next"; anchor="#part", <x>; rel="next"', 'x'],
  ['<x>; rel="nextish"', undefined],
  ['<>; rel="next"', ''],
  ['<x>; async; rel="next"', 'x'],
  ['rel="next"', undefined],
  ['', undefined],
])('finds the next link of %s', (header, target) => {
  expect(linkWith('next', header)).toBe(target);
});

it('reads back whatever was written', () => {
  const target = fc.webUrl({ withQueryParameters: true });
  const title = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', ';', '<', '>', '=', ' ') });
  const link = fc.record({
    target,
    title,
    relations: fc.subarray(['next', 'prev', 'last', 'first'], { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(link), (links) => {
      const header = links
        .map(
          (one) =>
            `<${one.target}>; title="${one.title.replace(/["\\]/g, '\\$&')}"; rel="${one.relations.join(' ')}"`,
        )
        .join(', ');
      expect(parseLinkHeader(header)).toEqual(links.map(({ title: _, ...rest }) => rest));
    }),
  );
});
