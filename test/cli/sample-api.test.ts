import { companionOf } from '../../cli/sample-api';

describe('companionOf', () => {
  it('is the sample API for the source that it is', () => {
    expect(companionOf({ baseUrl: 'http://127.0.0.1:4010/v1' })).toBeInstanceOf(Function);
  });

  it.each(['http://127.0.0.1:4011/v1', 'https://127.0.0.1:4010/v1', 'https://api.example.com'])(
    'is nothing for %s',
    (baseUrl) => {
      expect(companionOf({ baseUrl })).toBeUndefined();
    },
  );
});
