/** Shows what a function has said of errors in the last hour; its log also has the platform's own lines, such as one about a timeout. */
export function errorsIn(functionName: string): string {
  return `aws logs tail /aws/lambda/${functionName} --since 1h --filter-pattern '?ERROR ?timeout'`;
}
