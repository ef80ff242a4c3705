import { App } from 'aws-cdk-lib';
import { addCheckedBaseload } from '../lib/add-checked-baseload';

// The CDK synthesizes the app when nothing is left to do
void addCheckedBaseload(new App()).then((problems) => {
  if (problems.length === 0) return;
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(2);
});
