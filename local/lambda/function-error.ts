/** A failed invocation: `name` and `message` are the function's own, or the ones Lambda gives when it could not answer. */
export class FunctionError extends Error {
  constructor(
    errorType: string,
    errorMessage: string,
    /** Lines of the function's stack trace; empty when it left none. */
    readonly trace: readonly string[] = [],
  ) {
    super(errorMessage);
    this.name = errorType;
  }
}

/** The invocation failed because the process of the function ended while it worked, and nobody had ended it. */
export class ProcessEndedError extends FunctionError {
  constructor(
    requestId: string,
    /** 'exit status 3', 'signal: SIGABRT'. */
    readonly how: string,
  ) {
    super('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
  }
}
