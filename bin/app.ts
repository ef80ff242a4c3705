import { App } from 'aws-cdk-lib';
import { addBaseload } from '../lib/baseload-app';

const problems = addBaseload(new App());
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(2);
}
