import type { LambdaFunctionURLEvent } from 'aws-lambda';

/**
 * What a function URL hands to its function for a GET without a body: payload format 2.0, as "Invoking Lambda function URLs" of the AWS Lambda
 * Developer Guide shows it.
 */
export function urlEvent(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): LambdaFunctionURLEvent {
  const [rawPath = '', rawQueryString = ''] = url.split('?', 2);
  const domainName = 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws';
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const parameters = [...new URLSearchParams(rawQueryString)];
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: {
      'x-amzn-tls-version': 'TLSv1.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-for': '192.0.2.1',
      host: domainName,
      'user-agent': 'undici',
      accept: 'application/json',
      ...Object.fromEntries(lowerCase),
    },
    // Absent without a query; of a parameter that comes twice, both values with a comma.
    ...(parameters.length === 0 ? {} : { queryStringParameters: joined(parameters) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abcdefghijklmnopqrstuvwxyz012345',
      domainName,
      domainPrefix: 'abcdefghijklmnopqrstuvwxyz012345',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'undici' },
      requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
      routeKey: '$default',
      stage: '$default',
      time: '31/Jan/2026:03:00:00 +0000',
      timeEpoch: 1_769_828_400_000,
    },
    isBase64Encoded: false,
  };
}

function joined(parameters: readonly [string, string][]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of parameters)
    values[name] = values[name] === undefined ? value : `${values[name]},${value}`;
  return values;
}
