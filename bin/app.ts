import { tmpdir } from 'node:os';
import { App } from 'aws-cdk-lib';
import { unshapeableSources } from '../core/shape/unshapeable';
import { loadSources } from '../core/source/load-sources';
import { addBaseload, sourcesFolderOf } from '../lib/baseload-app';

/** Fills the app, which the CDK synthesizes when nothing is left to do; says what is wrong instead. */
async function fill(app: App): Promise<void> {
  // The commands of local mode ask DuckDB by themselves, of the dataset that they need
  const asked = app.node.tryGetContext('environment') === 'local';
  const { sources } = loadSources(sourcesFolderOf(app));
  const unshapeable = asked ? [] : await unshapeableSources(sources, tmpdir());
  const problems = unshapeable.length > 0 ? unshapeable.map(({ message }) => message) : addBaseload(app);
  if (problems.length === 0) return;
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(2);
}

void fill(new App());
