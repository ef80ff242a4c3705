import { isUtf8 } from 'node:buffer';
import { type Json, readJson, renameKeys } from '../../core/discover/json-tree';
import type { Look, Reply } from '../../core/discover/look';
import { BaseloadError, PermanentError } from '../../core/errors';
import type { AuthorizedRequest, Authorizer } from '../../core/extract/auth/authorizer';
import { redactError } from '../../core/extract/auth/redact-error';
import type { Answer, Client } from '../../core/extract/http/client';
import { gatherEvidence, withEvidence } from '../../core/extract/http/evidence';
import { withoutByteOrderMark } from '../../core/extract/page/page-body';
import { judge, type Verdict } from '../../core/extract/page/verdict';
import type { Clock } from '../../core/run/ports';

/** What asking needs. */
export interface AskServices {
  readonly client: Client;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  /** Told of every request, without its credential, and how it went. */
  readonly said: (line: string) => void;
}

/** An answer that is no page, with the evidence that a person needs. */
export class NoPageError extends PermanentError {
  constructor(
    message: string,
    readonly answer: Answer,
  ) {
    super(message, { evidence: { status: answer.status } });
  }
}

/** Milliseconds between two requests: a look costs a source nothing that it would notice. */
const pause = 1000;
/** Longest wait, in seconds, that a source may ask for before it is asked again. */
const longestWait = 30;

/** Asks a source for pages, one a second and no more than a few. */
export class SourceAsker {
  #left: number;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** Keys without credentials: records have the same few. */
  readonly #keys = new Map<string, string>();

  constructor(
    readonly services: AskServices,
    readonly headers: Readonly<Record<string, string>>,
    requests: number,
  ) {
    this.#left = requests;
  }

  /** The page at a URL. Rejects with a NoPageError for an answer that is none, and as Client.send does. */
  async look(url: URL): Promise<Look> {
    try {
      return await this.#look(url);
    } catch (error) {
      throw redactError(error, this.services.authorizer);
    }
  }

  /** What becomes of a question; never rejects for what the source does. */
  async reply(url: URL): Promise<Reply> {
    if (this.#left <= 0) return { type: 'unasked' };
    try {
      return { type: 'look', look: await this.look(url) };
    } catch (error) {
      if (!(error instanceof BaseloadError)) throw error;
      const reason =
        error instanceof NoPageError ? `answered ${error.answer.status}` : 'could not be fetched';
      return { type: 'refused', reason };
    }
  }

  async #look(url: URL): Promise<Look> {
    const { said } = this.services;
    const { request, answer, verdict } = await this.#try(url);
    if (verdict.type === 'page') {
      said(`${request.shown}  ${answer.status}`);
      return { url, headers: answer.headers, body: this.#read(request, answer) };
    }
    said(`${request.shown}  ${answer.status}`);
    const reason =
      'reason' in verdict
        ? verdict.reason
        : `answered ${answer.status}${verdict.type === 'empty' ? ' and so holds no records' : ''}`;
    throw new NoPageError(withEvidence(reason, gatherEvidence(request, answer)), answer);
  }

  /** Once more where the source asks for a little patience. */
  async #try(url: URL) {
    const first = await this.#send(url);
    if (first.verdict.type !== 'throttled' || this.#left <= 0) return first;
    const wait = first.verdict.waitSeconds ?? 2;
    if (wait > longestWait) return first;
    await this.services.clock.sleep(wait * 1000);
    return await this.#send(url);
  }

  async #send(url: URL): Promise<{ request: AuthorizedRequest; answer: Answer; verdict: Verdict }> {
    const { client, authorizer, clock } = this.services;
    this.#left -= 1;
    const request = await authorizer.authorize({
      method: 'GET',
      url: url.href,
      headers: { accept: 'application/json', ...this.headers },
    });
    const takeTurn = async () => {
      const due = this.#startedAt + pause - clock.monotonic();
      if (due > 0) await clock.sleep(due);
      this.#startedAt = clock.monotonic();
    };
    await takeTurn();
    const received = await client.send(request, undefined, takeTurn);
    const answer = { ...received, body: withoutByteOrderMark(received.body) };
    return { request, answer, verdict: judge(answer, clock.now(), { statuses: {} }) };
  }

  /** The body, with '***' for a credential in its keys, of which paths and column names are made. */
  #read(request: AuthorizedRequest, answer: Answer): Json {
    const answered = `${request.shown} answered ${answer.status}`;
    if (!isUtf8(answer.body))
      throw new NoPageError(
        `${answered} with a body that is not UTF-8, which JSON must be (RFC 8259): ask the source to send UTF-8`,
        answer,
      );
    try {
      return renameKeys(readJson(answer.body.toString('utf8')), this.#redactKey);
    } catch {
      throw new NoPageError(`${answered} with malformed JSON`, answer);
    }
  }

  readonly #redactKey = (key: string): string => {
    const known = this.#keys.get(key) ?? this.services.authorizer.redact(key);
    this.#keys.set(key, known);
    return known;
  };
}
