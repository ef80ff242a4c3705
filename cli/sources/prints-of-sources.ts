/**
 * Runs something that runs code of source files, such as their transforms, and lets what that code prints go to stderr: stdout holds the command's
 * own answer, which a program may read.
 */
export function printingToStderr<T>(run: () => T): T {
  const { stdout, stderr } = process;
  const write = stdout.write;
  const restore = () => {
    stdout.write = write;
  };
  stdout.write = stderr.write.bind(stderr) as typeof write;
  let result: T;
  try {
    result = run();
  } catch (error) {
    restore();
    throw error;
  }
  if (!(result instanceof Promise)) {
    restore();
    return result;
  }
  return result.finally(restore) as T;
}
