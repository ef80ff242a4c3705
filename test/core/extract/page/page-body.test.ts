import fc from 'fast-check';
import { bodyForm, withoutByteOrderMark } from '../../../../core/extract/page/page-body';

const whiteSpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 5 });
const container = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));

describe('bodyForm', () => {
  it('accepts every JSON object and array, in white space and under any name but HTML', () => {
    fc.assert(
      fc.property(container, whiteSpace, whiteSpace, (value, before, after) => {
        const body = Buffer.from(before + JSON.stringify(value) + after);
        expect(bodyForm(body, 'text/plain')).toBe('json');
      }),
    );
  });

  it.each([
    ['', 'empty'],
    [' \r\n', 'empty'],
    ['{', 'cut-off'],
    ['{"a": [1, 2', 'cut-off'],
    ['[{}, {"a": 1}', 'cut-off'],
    ['{"a": 1]', 'cut-off'],
    ['<!doctype html><p>Log in', 'html'],
    ['\n<?xml version="1.0"?>', 'html'],
    ['null', 'other'],
    ['id,name\n1,x', 'other'],
  ])('sees what %j is', (body, form) => {
    expect(bodyForm(Buffer.from(body), 'application/json')).toBe(form);
  });

  it('believes HTML by its content type, but JSON by its looks', () => {
    expect(bodyForm(Buffer.from('Please log in'), 'text/html; charset=utf-8')).toBe('html');
    expect(bodyForm(Buffer.from('{"data": []}'), 'text/html')).toBe('json');
  });
});

it('drops a byte order mark, and nothing else', () => {
  expect(withoutByteOrderMark(Buffer.from('\ufeff{}')).toString()).toBe('{}');
  expect(withoutByteOrderMark(Buffer.from('{}')).toString()).toBe('{}');
});
