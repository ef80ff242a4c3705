import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from './authorize';
import { type AwsCall, type CredentialScope, readCredentialScope } from './aws-call';
import type { EventBuses } from './event-buses';
import { handleEvents } from './events-handler';
import { handleGlue } from './glue-handler';
import type { GlueTables } from './glue-tables';
import { type Answer, AwsError, notImplemented, sendAnswer } from './http-answer';
import { jsonError } from './json-answer';
import { errorCode } from './object-file';
import type { ObjectStore } from './object-store';
import type { Queues } from './queues';
import { handleS3, s3Error } from './s3-handler';
import type { SecretStore } from './secret-store';
import { handleSecrets } from './secrets-handler';
import { handleSqs } from './sqs-handler';

/** What requests are answered from. */
export interface RouterParts {
  readonly store: ObjectStore;
  readonly queues: Queues;
  /** By access key id. */
  readonly principals: ReadonlyMap<string, Principal>;
  readonly secrets: SecretStore;
  readonly buses: EventBuses;
  readonly tables: GlueTables;
  readonly onStorageFailure: ((error: Error) => void) | undefined;
  /** Where the store writes; named when it is full. */
  readonly directory: string;
}

/** Takes each request to the service it was signed for, and words every error as that service does. */
export class AwsRouter {
  readonly #underWay = new Set<AbortController>();
  #isStopped = false;

  constructor(private readonly parts: RouterParts) {}

  /** Ends long polls, which answer without messages. */
  stop(): void {
    this.#isStopped = true;
    for (const call of this.#underWay) call.abort();
  }

  /** Answers one request, whatever happens. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader('x-amzn-requestid', requestId).setHeader('x-amz-request-id', requestId);
    let scope: CredentialScope | undefined;
    try {
      scope = readCredentialScope(request);
      await this.#dispatch(scope, request, response, requestId);
    } catch (error) {
      await this.#answerError(this.#asAwsError(error), scope?.service, request, response, requestId);
    }
  }

  async #dispatch(
    { accessKeyId, region, service }: CredentialScope,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const principal = this.parts.principals.get(accessKeyId);
    if (principal === undefined) throw unknownAccessKey(service, accessKeyId);
    const call: AwsCall = { request, principal, region, requestId, signal: this.#endOf(response) };
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    switch (service) {
      case 's3':
        return await handleS3(call, response, this.parts.store);
      case 'sqs':
        return await sendAnswer(request, response, await handleSqs(call, operation, this.parts.queues));
      case 'secretsmanager':
        return await sendAnswer(request, response, await handleSecrets(call, operation, this.parts.secrets));
      case 'events':
        return await sendAnswer(request, response, await handleEvents(call, operation, this.parts.buses));
      case 'glue':
        return await sendAnswer(request, response, await handleGlue(call, operation, this.parts.tables));
      default:
        throw notImplemented(`${service} ${operation || `${request.method} ${request.url}`}`);
    }
  }

  /** Aborts when the client goes away or the server closes. */
  #endOf(response: ServerResponse): AbortSignal {
    const ended = new AbortController();
    this.#underWay.add(ended);
    response.once('close', () => {
      this.#underWay.delete(ended);
      ended.abort();
    });
    if (this.#isStopped) ended.abort();
    return ended.signal;
  }

  #asAwsError(error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') {
      return new AwsError('InternalError', 500, `The local AWS failed: ${text}`);
    }
    const sentence = `There is no space left in ${this.parts.directory}: free some, then start the run again.`;
    this.parts.onStorageFailure?.(new Error(sentence, { cause: error }));
    // 507 is not among the statuses that the SDK tries again: 500, 502, 503 and 504.
    return new AwsError('InsufficientStorage', 507, sentence);
  }

  async #answerError(
    error: AwsError,
    service: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    // Half an object cannot be taken back; a client that sees the connection break asks again.
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    await sendAnswer(request, response, this.#wordError(error, service, request.url ?? '', requestId));
  }

  #wordError(error: AwsError, service: string | undefined, resource: string, requestId: string): Answer {
    if (service === undefined || service === 's3') return s3Error(error, resource, requestId);
    return jsonError(service === 'sqs' ? '1.0' : '1.1', error);
  }
}

function unknownAccessKey(service: string, accessKeyId: string): AwsError {
  const message = `The access key id ${accessKeyId} does not exist in the local AWS.`;
  return service === 's3'
    ? new AwsError('InvalidAccessKeyId', 403, message)
    : new AwsError('UnrecognizedClientException', 403, message);
}
