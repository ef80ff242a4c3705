import { tmpdir } from 'node:os';
import { type App, Validations } from 'aws-cdk-lib';
import { loadSources } from '../core/source/load-sources';
import { addBaseload, sourcesFolderOf } from './baseload-app';
import { misplacedSettings } from './source/misplaced-settings';

/**
 * addBaseload, once DuckDB has found nothing wrong with the sources' expressions and patterns; the templates are held against cdk-nag's rules
 * for AWS Solutions (security, mostly), and a finding that no construct acknowledges fails the synthesis. In the environment 'local'
 * neither is asked: the commands of local mode ask DuckDB by themselves, of the dataset that they need, and nothing is deployed.
 */
export async function addCheckedBaseload(app: App): Promise<readonly string[]> {
  const loaded = loadSources(sourcesFolderOf(app));
  const names = loaded.sources.map(({ source }) => source.name);
  const misplaced = misplacedSettings(process.cwd(), names);
  if (app.node.tryGetContext('environment') === 'local') return [...misplaced, ...addBaseload(app, loaded)];
  // Loaded here only: local mode starts without DuckDB's binding, and without a second's worth of rules
  const {
    unshapeableSources,
  }: typeof import('../core/shape/unshapeable') = require('../core/shape/unshapeable');
  const unshapeable = await unshapeableSources(loaded.sources, tmpdir());
  if (unshapeable.length > 0) return unshapeable.map(({ message }) => message);
  const { AwsSolutionsChecks }: typeof import('cdk-nag') = require('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return [...misplaced, ...addBaseload(app, loaded)];
}
