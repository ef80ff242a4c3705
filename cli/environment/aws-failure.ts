import { z } from 'zod';
import { BaseloadError, ConfigurationError, TransientError } from '../../core/errors';

/** What AWS calls credentials that are not those of anybody, are expired, or may not do what was asked. */
const refused: ReadonlyMap<RegExp, string> = new Map([
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/, 'the AWS credentials have expired: renew them'],
  [
    /^(InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/,
    'AWS does not know these credentials: check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ],
  [
    /^(AccessDenied|AccessDeniedException|AccessDeniedError|Forbidden|403)$/,
    'these AWS credentials may not do that',
  ],
]);

/** The SDK hides the answer that it cannot read; its body is text, or a stream that was read. */
const answerSchema = z.object({
  $response: z
    .object({ statusCode: z.number().optional(), body: z.string().optional().catch(undefined) })
    .optional(),
});

/** What is asked where a call does not say. */
const unnamed = 'AWS';

/** Errors of sockets and of name resolution, as Node names them. */
const unreachable = /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\b/;

/**
 * An error of the AWS SDK as one sentence that says what to do; anything else as it is.
 *
 * @param what was asked for, such as 'the stack baseload-dev'; where it is not known, that may have been the local lake
 */
export function inAwsWords(error: unknown, what = unnamed): unknown {
  if (!(error instanceof Error) || error instanceof BaseloadError) return error;
  const { name, message } = error;
  if (
    name === 'CredentialsProviderError' ||
    name === 'TokenProviderError' ||
    /Resolved credential object is not valid/.test(message)
  ) {
    return new ConfigurationError(noCredentials(message), { cause: error });
  }
  if (/Region is missing|Region not accepted/.test(message))
    return new ConfigurationError(`no AWS region is set (${message}): set AWS_REGION`, { cause: error });
  for (const [pattern, sentence] of refused) {
    if (pattern.test(name))
      return new ConfigurationError(`${what}: ${sentence} (${said(error)})`, { cause: error });
  }
  // Of an error page that parses the SDK says only that it is unknown.
  if (/inspect the hidden field/.test(message) || (name === 'Unknown' && message === 'Unknown')) {
    return new ConfigurationError(
      `${what}: what answered is not AWS (${answerOf(error)}): check AWS_ENDPOINT_URL, and whether a proxy is in the way`,
      { cause: error },
    );
  }
  if (!('$metadata' in error)) return error; // not of the SDK
  if (name === 'TimeoutError')
    return new ConfigurationError(
      `${what} did not answer in time: check the network, AWS_REGION and AWS_ENDPOINT_URL, then run this again`,
      { cause: error },
    );
  const code = codeOf(error) ?? message;
  if (unreachable.test(code)) {
    if (what === unnamed && message.includes('127.0.0.1') && !isNamedEndpoint(message)) {
      const sentence = `the process that served the local lake has ended (${said(error)}): run this again`;
      return new TransientError(sentence, { cause: error });
    }
    return new ConfigurationError(
      `${what} cannot be reached (${said(error)}): check the network and AWS_REGION, and AWS_ENDPOINT_URL if it is set, then run this again`,
      { cause: error },
    );
  }
  return error;
}

/** Why nobody is signed in, as far as the environment tells. */
function noCredentials(message: string): string {
  const { AWS_PROFILE: profile } = process.env;
  return profile
    ? `AWS_PROFILE is '${profile}', which gave no credentials (${message}): check it, or sign in with aws sso login`
    : `no AWS credentials were found (${message}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`;
}

/** Whether somebody has sent the SDK to the address that an error names, by AWS_ENDPOINT_URL or the like for one service. */
function isNamedEndpoint(message: string): boolean {
  const [address] = /127\.0\.0\.1:\d+/.exec(message) ?? [];
  return Object.entries(process.env).some(
    ([name, value = '']) =>
      address !== undefined &&
      name.startsWith('AWS_ENDPOINT_URL') &&
      value.replace('localhost', '127.0.0.1').includes(address),
  );
}

/** What came instead of an answer of AWS, as far as the SDK keeps it. */
function answerOf(error: Error): string {
  const { $response: response } = answerSchema.catch({}).parse(error);
  const body = response?.body?.trim().slice(0, 80);
  return [`HTTP ${response?.statusCode ?? 'of no known status'}`, ...(body ? [`"${body}"`] : [])].join(', ');
}

/** Message and name, each once. */
function said({ name, message }: Error): string {
  return message === '' || message === name ? name : message;
}

function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}
