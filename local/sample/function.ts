import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { secretsManager } from '../../aws/secrets';
import type { Secrets } from '../../core/run/ports';
import { secretName } from '../../lambda/environment';
import { PageBodies } from './page-bodies';
import { places } from './places';
import { SampleRoutes } from './sample-routes';
import { SampleStatsCounter } from './sample-stats';
import { type SampleApiSettings, sampleSettings } from './settings';
import { TokenBucket } from './token-bucket';

// Cold start
const { handler } = sampleFunction(
  secretsManager(new SecretsManagerClient(), (name) => secretName('sample', name)),
);

export { handler };

/**
 * The sample API behind a function URL (payload format 2.0), with a token from Secrets Manager. Limit and stats are those of one execution
 * environment, of which Lambda runs as many as there are requests at once; what it allows in all is for the stack to say.
 */
export function sampleFunction(
  secrets: Pick<Secrets, 'get'>,
  settings: Omit<SampleApiSettings, 'token'> = sampleSettings,
): { handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> } {
  const bodies = new PageBodies(places(), 'GeoNames, CC BY 4.0');
  const stats = new SampleStatsCounter();
  const bucket = new TokenBucket(settings.requestsPerSecond, settings.burst, performance.now());
  return {
    async handler({ rawPath, rawQueryString, headers, requestContext }) {
      const token = await secrets.get('token');
      const routes = new SampleRoutes({ ...settings, token }, bodies, stats, bucket);
      const url = rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`;
      const answer = routes.answer({ method: requestContext.http.method, url, headers });
      return {
        statusCode: answer.status,
        headers: { ...answer.headers, 'Content-Type': 'application/json; charset=utf-8' },
        body: answer.body.toString(),
      };
    },
  };
}
