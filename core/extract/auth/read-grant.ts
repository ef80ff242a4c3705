import { z } from 'zod';
import { PermanentError } from '../../errors';
import type { Answer } from '../http/client';
import { mask } from '../http/mask';
import type { AuthorizedRequest } from './authorizer';
import type { TokenRequest } from './token-endpoint';

/** What a token endpoint gives. */
export interface Grant {
  readonly accessToken: string;
  /** Milliseconds since the epoch; undefined when it does not say. */
  readonly expiresAt: number | undefined;
  /** The one to use next time; undefined when the present one stays. */
  readonly refreshToken: string | undefined;
}

/** The token endpoint does not take what it was asked with. */
export class TokenRefusedError extends PermanentError {
  constructor(
    message: string,
    /** It was the grant, such as a refresh token; GitHub has a word of its own. Not the word itself: it may echo a credential. */
    readonly isOfGrant: boolean,
    options: ConstructorParameters<typeof PermanentError>[1],
  ) {
    super(message, options);
  }
}

/** Longest text of the endpoint that is quoted, in characters. */
const quotedLength = 300;

const text = z.string().optional().catch(undefined);
const answerSchema = z.looseObject({
  access_token: text,
  token_type: text,
  refresh_token: text,
  // Some send it as a text.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  error: text,
  error_description: text,
});

/**
 * Reads an answer of a token endpoint; `askedAt` in milliseconds since the epoch. Throws a TokenRefusedError when it is a
 * refusal, also with a good status as some send it, and a PermanentError when it is no bearer token.
 */
export function readGrant(
  answer: Answer,
  request: AuthorizedRequest,
  token: TokenRequest,
  askedAt: number,
): Grant {
  const evidence = { request: request.shown, status: answer.status };
  const body = parse(answer.body);
  const isGood = answer.status >= 200 && answer.status < 300;
  if (!isGood || (body?.error !== undefined && body.access_token === undefined)) {
    throw refused(answer.status, body, request, token);
  }
  const problem = problemOf(body);
  if (problem !== undefined || body?.access_token === undefined) {
    throw new PermanentError(`${request.shown} answered ${answer.status} with ${problem}: check tokenUrl`, {
      evidence,
    });
  }
  const { access_token: accessToken, expires_in: life, refresh_token: refreshToken } = body;
  return {
    accessToken,
    expiresAt: life === undefined ? undefined : askedAt + life * 1000,
    refreshToken: refreshToken === '' ? undefined : refreshToken,
  };
}

type TokenAnswer = z.infer<typeof answerSchema>;

/** Undefined when it is no JSON object; the parser's own message would quote it. */
function parse(body: Buffer): TokenAnswer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(body.toString())).data;
  } catch {
    return undefined;
  }
}

function problemOf(body: TokenAnswer | undefined): string | undefined {
  if (body === undefined) return 'a body that is no JSON object';
  if (body.access_token === undefined) return 'an object that holds no access_token';
  if (!/^[\x21-\x7e]+$/.test(body.access_token)) return 'an access_token that cannot travel in a header';
  if (body.token_type !== undefined && body.token_type.toLowerCase() !== 'bearer') {
    return `a token of the type ${JSON.stringify(body.token_type.slice(0, 40))}, where only bearer tokens can be used`;
  }
  return undefined;
}

function refused(
  status: number,
  body: TokenAnswer | undefined,
  { shown, credentials }: AuthorizedRequest,
  { secretNames }: TokenRequest,
): TokenRefusedError {
  const quote = (said: string | undefined) =>
    mask(said ?? '', credentials)
      .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
      .trim()
      .slice(0, quotedLength);
  const said = [body?.error, body?.error_description].map(quote).filter(Boolean).join(': ');
  const secrets = secretNames.map((name) => `'${name}'`).join(', ');
  const check = secrets === '' ? 'check auth' : `check secret ${secrets} and the rest of auth`;
  const message = `${shown} answered ${status} instead of a token${said === '' ? '' : ` (${said})`}: ${check}`;
  return new TokenRefusedError(
    message,
    body?.error === 'invalid_grant' || body?.error === 'bad_refresh_token',
    { evidence: { request: shown, status } },
  );
}
