import { z } from 'zod';
import { ConfigurationError, TransientError } from '../../errors';
import type { AuthServices } from './authorizer';
import { checkSecret } from './secret-reader';

/** What the secret of a refresh token holds. */
export interface StoredTokens {
  readonly refreshToken: string;
  /** The last one that was given for a refresh token that is used up. */
  readonly accessToken?: string | undefined;
  /** When that one ends, in milliseconds since the epoch; undefined when nobody knows. */
  readonly expiresAt?: number | undefined;
}

/** Tries to write tokens back. */
const maximumTries = 4;

const schema = z.looseObject({
  refreshToken: z.string().min(1),
  accessToken: z.string().optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** The secret that the lanes of a source share a refresh token through. */
export class TokenStore {
  /** Given by the source, but not yet kept anywhere else: what the secret holds is used up. */
  #unwritten: StoredTokens | undefined;

  constructor(
    private readonly name: string,
    private readonly services: Pick<AuthServices, 'secrets' | 'clock'>,
  ) {}

  /** Reads the secret from where it is kept. Rejects with a ConfigurationError when it holds no refresh token. */
  async read(): Promise<StoredTokens> {
    if (this.#unwritten) await this.write(this.#unwritten);
    return parseTokens(this.name, await this.services.secrets.refresh(this.name));
  }

  /**
   * Writes the tokens to the secret. Rejects with a TransientError when that fails: they stay in memory, and are written
   * before anything else is read.
   */
  async write(tokens: StoredTokens): Promise<void> {
    this.#unwritten = tokens;
    for (let tries = 1; this.#unwritten; tries++) {
      try {
        await this.services.secrets.put(this.name, formatTokens(tokens));
        this.#unwritten = undefined;
      } catch (error) {
        if (tries < maximumTries) await this.services.clock.sleep(2 ** (tries - 1) * 250);
        else throw this.#notWritten(error);
      }
    }
  }

  /** Without the error as a cause, which may hold what was to be written. */
  #notWritten(error: unknown): TransientError {
    const name = error instanceof Error ? error.name : 'an unknown error';
    return new TransientError(
      `the source replaced the refresh token, and the new one could not be written to secret '${this.name}' (${name}): allow it, or other lanes have none`,
    );
  }
}

/** A secret as somebody put it there, the token as it is, or as it is written back. */
export function parseTokens(name: string, text: string): StoredTokens {
  if (!text.trimStart().startsWith('{')) return { refreshToken: checkSecret(name, text, 'encoded') };
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new ConfigurationError(
      `secret '${name}' is JSON without a refreshToken, or with an expiresAt that is no time: store the refresh token itself`,
    );
  }
  const { refreshToken, accessToken, expiresAt } = parsed.data;
  return {
    refreshToken: checkSecret(name, refreshToken, 'encoded'),
    ...(accessToken ? { accessToken } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
  };
}

/** {"refreshToken", "accessToken", "expiresAt"}; the time as in ISO 8601. */
export function formatTokens({ refreshToken, accessToken, expiresAt }: StoredTokens): string {
  const ends = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
  return JSON.stringify({ refreshToken, accessToken, ...ends });
}

/** Undefined when it is none; the parser's own message would quote it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
