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
