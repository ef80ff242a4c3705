import type { Construct } from 'constructs';
import type { LoadedSource } from '../../core/source/load-sources';
import type { Environment } from '../environments';
import type { Lake } from '../lake/lake';
import { Network } from './network';
import { portsOf, privateSources } from './private-sources';

/**
 * The network of an environment that has one, made even before a source uses it, so that its address can be given to those who must let it
 * in. A ConfigurationError where a source needs a network and there is none.
 */
export function networkOf(
  scope: Construct,
  environment: Environment,
  sources: readonly LoadedSource[],
  { bucketName }: Pick<Lake, 'bucketName'>,
): Network | undefined {
  const ports = portsOf(
    privateSources(
      sources.map(({ source }) => source),
      environment,
    ),
  );
  const { network: settings } = environment;
  return settings && new Network(scope, 'Network', { environment, settings, lakeBucket: bucketName, ports });
}
