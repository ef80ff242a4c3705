import { tmpdir } from 'node:os';
import type { App } from 'aws-cdk-lib';
import { loadSources } from '../core/source/load-sources';
import { addBaseload, sourcesFolderOf } from './baseload-app';

/**
 * addBaseload, once DuckDB has found nothing wrong with the sources' expressions and patterns. In the environment 'local' it is not
 * asked: the commands of local mode ask it by themselves, of the dataset that they need.
 */
export async function addCheckedBaseload(app: App): Promise<readonly string[]> {
  const loaded = loadSources(sourcesFolderOf(app));
  if (app.node.tryGetContext('environment') === 'local') return addBaseload(app, loaded);
  // Loaded here only: local mode starts without DuckDB's binding
  const {
    unshapeableSources,
  }: typeof import('../core/shape/unshapeable') = require('../core/shape/unshapeable');
  const unshapeable = await unshapeableSources(loaded.sources, tmpdir());
  return unshapeable.length > 0 ? unshapeable.map(({ message }) => message) : addBaseload(app, loaded);
}
