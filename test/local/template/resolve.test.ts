// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the template language of CloudFormation.
import fc from 'fast-check';
import { ConfigurationError } from '../../../core/errors';
import type { Scope } from '../../../local/template/resolve';
import { resolve } from '../../../local/template/resolve';

const scope: Scope = {
  references: new Map([
    ['Lake5F1B88EA', { ref: 'lake', attributes: { Arn: 'arn:aws:s3:::lake' } }],
    ['Pages', { ref: 'http://127.0.0.1:1/0/pages', attributes: { Arn: 'arn:pages', 'Nested.Name': 'deep' } }],
  ]),
  parameters: new Map([['AWS::Region', 'eu-central-1']]),
};

test.each([
  ['Ref of a resource', { Ref: 'Lake5F1B88EA' }, 'lake'],
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
  ['GetAtt as a list', { 'Fn::GetAtt': ['Lake5F1B88EA', 'Arn'] }, 'arn:aws:s3:::lake'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Pages.Nested.Name' }, 'deep'],
  ['Join', { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Lake5F1B88EA', 'Arn'] }, '/*']] }, 'arn:aws:s3:::lake/*'],
  ['Join of Split', { 'Fn::Join': ['-', { 'Fn::Split': [',', 'a,b'] }] }, 'a-b'],
  ['Select', { 'Fn::Select': ['1', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Pages', 'Arn'] }] }] }, 'pages'],
  [
    'Sub',
    { 'Fn::Sub': '${AWS::Region}/${Pages.Arn}/${Lake5F1B88EA}/${!kept}' },
    'eu-central-1/arn:pages/lake/${kept}',
  ],
  [
    'Sub with variables',
    { 'Fn::Sub': ['${a}-${AWS::Region}', { a: { Ref: 'Pages' } }] },
    'http://127.0.0.1:1/0/pages-eu-central-1',
  ],
  ['NoValue of a property', { a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
  ['NoValue of an item', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
  ['NoValue in Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }]] }, 'a'],
  ['a property that is called Ref among others', { Ref: 'x', other: 1 }, { Ref: 'x', other: 1 }],
])('%s', (_, value, expected) => {
  expect(resolve(value, scope, 'Worker')).toEqual(expected);
});

test.each([
  [
    'an unknown function',
    { a: [{ 'Fn::ImportValue': 'x' }] },
    'Worker.a[0].Fn::ImportValue is not understood',
  ],
  ['an unknown resource', { a: { Ref: 'Nobody' } }, 'Worker.a.Ref refers to Nobody'],
  ['an unknown attribute', { 'Fn::GetAtt': ['Pages', 'Colour'] }, 'Worker.Fn::GetAtt asks for Pages.Colour'],
  ['an unknown name in Sub', { 'Fn::Sub': 'x ${Nobody.Arn}' }, 'asks for Nobody.Arn'],
  ['an item beyond the end', { 'Fn::Select': [2, ['a', 'b']] }, 'selects an item that does not exist'],
  ['a Join that is none', { 'Fn::Join': 'a' }, 'Worker.Fn::Join needs a list of two, and got "a"'],
])('%s is an error with its path', (_, value, message) => {
  expect(() => resolve(value, scope, 'Worker')).toThrow(ConfigurationError);
  expect(() => resolve(value, scope, 'Worker')).toThrow(message);
});

test('a value without intrinsic functions stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!/"(Ref|Fn::|__proto__)/.test(JSON.stringify(value)));
      expect(resolve(value, scope, 'x')).toEqual(value);
    }),
  );
});

test('Join undoes Split', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), (text, separator) => {
      const joined = { 'Fn::Join': [separator, { 'Fn::Split': [separator, text] }] };
      expect(resolve(joined, scope, 'x')).toBe(text);
    }),
  );
});
