/** An event source mapping as its template describes it. */
export interface EventSourceDefinition {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly functionName: string;
  /** Seconds; a queue must hide its messages at least that long. */
  readonly timeoutSeconds: number;
  /** 1 to 10. */
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  readonly reportBatchItemFailures: boolean;
}
