/** Every failure belongs to the class of what recovers from it. */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'configuration';

/** What a source answered, kept as evidence. */
export interface Evidence {
  /** Method and URL without credentials. */
  readonly request?: string;
  readonly status?: number;
  /** The beginning of the body, bounded. */
  readonly excerpt?: string;
  /** The source's own id of the request, for its support desk. */
  readonly requestId?: string;
}

/** A known failure: one sentence for people, the class for machines, the evidence for both. */
export abstract class BaseloadError extends Error {
  abstract readonly failure: FailureClass;
  readonly evidence: Evidence;
  constructor(message: string, options: { evidence?: Evidence; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.evidence = options.evidence ?? {};
  }
}

/** Waiting a little helps: connection reset, timeout, 5xx, a body that was cut off. */
export class TransientError extends BaseloadError {
  readonly failure = 'transient';
}

/** The source asks us to wait `retryAfterSeconds`: 429, or 503 with Retry-After. Not a failure of the range. */
export class ThrottledError extends BaseloadError {
  readonly failure = 'throttled';
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options: { evidence?: Evidence; cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** Trying again cannot help: 401, 403, 404, a body that is not what the dataset says. */
export class PermanentError extends BaseloadError {
  readonly failure = 'permanent';
}

/** Somebody must change a setting: an unknown option, a missing secret, another definition than the plan's. */
export class ConfigurationError extends BaseloadError {
  readonly failure = 'configuration';
}
