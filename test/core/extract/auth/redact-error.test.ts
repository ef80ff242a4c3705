import { inspect } from 'node:util';
import { ThrottledError, TransientError } from '../../../../core/errors';
import { redactError } from '../../../../core/extract/auth/redact-error';

const authorizer = { redact: (text: string) => text.replaceAll('s3cret', '***') };

test('an error keeps its class, its cause and what it knows, and loses its credentials', () => {
  const cause = new Error('sent s3cret');
  const evidence = { request: 'GET /s3cret', status: 429, excerpt: 'no s3cret', requestId: 's3cret-1' };
  const error = new ThrottledError('s3cret must wait', 7, { evidence, cause });
  expect(redactError(error, authorizer)).toBe(error);
  expect(error).toBeInstanceOf(ThrottledError);
  expect(error).toMatchObject({
    message: '*** must wait',
    retryAfterSeconds: 7,
    failure: 'throttled',
    evidence: { request: 'GET /***', status: 429, excerpt: 'no ***', requestId: '***-1' },
  });
  expect(error.cause).toBe(cause);
  expect(cause.message).toBe('sent ***');
  expect(inspect(error, { depth: 9 })).not.toContain('s3cret');
  expect(error.stack).toContain('ThrottledError: *** must wait');
});

test('what is no error, cannot be changed, or is its own cause does no harm', () => {
  expect(redactError('s3cret', authorizer)).toBe('s3cret');
  class ReadOnlyError extends Error {
    override get message() {
      return 's3cret';
    }
  }
  expect((redactError(new ReadOnlyError(), authorizer) as Error).message).toBe('***');
  const frozen = Object.freeze(new TransientError('s3cret'));
  expect(redactError(frozen, authorizer)).toBe(frozen);
  const endless = new Error('s3cret');
  endless.cause = endless;
  expect((redactError(endless, authorizer) as Error).message).toBe('***');
});
