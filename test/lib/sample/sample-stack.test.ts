import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addSample } from '../../../lib/sample/add-sample';
import { SampleStack } from '../../../lib/sample/sample-stack';
import { startLocalAws } from '../../../local/aws/local-aws';
import { urlEvent } from '../../local/sample/url-event';

const folder = mkdtempSync(join(tmpdir(), 'baseload-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

function templateWith(sample: unknown): Template {
  const app = new App({ context: { sample } });
  expect(addSample(app)).toEqual([]);
  return Template.fromStack(app.node.findChild('baseload-sample') as SampleStack); // what it has added
}

it('is a function at a public URL, and nothing else can be called', () => {
  const template = templateWith('true');
  template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
  const grants = Object.values(template.findResources('AWS::Lambda::Permission')).map(({ Properties }) => [
    Properties.Action,
    Properties.FunctionUrlAuthType ?? Properties.InvokedViaFunctionUrl,
  ]);
  // Both are needed since October 2025 (AWS Lambda, "Control access to Lambda function URLs").
  expect(grants.sort()).toEqual([
    ['lambda:InvokeFunction', true],
    ['lambda:InvokeFunctionUrl', 'NONE'],
  ]);
  const [url] = Object.keys(template.findResources('AWS::Lambda::Url'));
  template.hasOutput('SampleUrl', {
    Value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [url, 'FunctionUrl'] }, 'v1']] },
  });
});

it('reads its token and writes its log, no more', () => {
  const [role] = Object.values(templateWith(true).findResources('AWS::IAM::Role'));
  const [policy] = role?.Properties.Policies ?? [];
  const { Statement } = policy.PolicyDocument;
  expect(Statement).toMatchObject([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] },
    { Action: 'secretsmanager:GetSecretValue' },
  ]);
  expect(JSON.stringify(Statement[1].Resource)).toContain(':secret:baseload/sample/token-??????');
});

it('answers ten at once, unless the account can reserve nothing', () => {
  templateWith(true).hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 10 });
  templateWith('unreserved').hasResourceProperties('AWS::Lambda::Function', {
    ReservedConcurrentExecutions: Match.absent(),
  });
});

it.each([undefined, false, 'false'])('is not added by %j', (sample) => {
  const app = new App({ context: { sample } });
  expect(addSample(app)).toEqual([]);
  expect(app.node.tryFindChild('baseload-sample')).toBeUndefined();
});

it('is refused with a sentence when the context says something else', () => {
  const app = new App({ context: { sample: 'yes' } });
  expect(addSample(app)).toEqual([`context 'sample' is "yes": choose one of true, unreserved, false`]);
  expect(app.node.tryFindChild('baseload-sample')).toBeUndefined();
});

it('passes the checks of AwsSolutions', () => {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new SampleStack(app, { concurrency: 10 });
  expect(() => app.synth()).not.toThrow();
});

describe('its bundle', () => {
  it('serves a page by itself, with the token that Secrets Manager has', async () => {
    const app = new App({
      outdir: join(folder, 'out'),
      postCliContext: { 'aws:cdk:bundling-stacks': ['**'] },
    });
    new SampleStack(app, { concurrency: 10 });
    const { directory } = app.synth();
    const manifest = JSON.parse(readFileSync(join(directory, 'baseload-sample.assets.json'), 'utf8'));
    const [asset] = Object.values<{ source: { path: string; packaging: string } }>(manifest.files).filter(
      ({ source }) => source.packaging === 'zip',
    );
    const secret = (name: string) => (name === 'baseload/sample/token' ? 'from-the-vault' : undefined);
    const aws = await startLocalAws({ directory: join(folder, 'aws'), region: 'eu-central-1', secret });
    aws.addPrincipal('SAMPLE', { name: 'sample', statements: 'all' });
    const event = urlEvent('/v1/cities?page=277&per_page=500', { authorization: 'Bearer from-the-vault' });
    const script = `import(${JSON.stringify(join(directory, asset?.source.path ?? '', 'index.mjs'))})
      .then(({ handler }) => handler(${JSON.stringify(event)}))
      .then((answer) => process.stdout.write(JSON.stringify(answer)))`;
    try {
      const answer = JSON.parse(
        await new Promise<string>((resolve, reject) => {
          execFile(
            process.execPath,
            ['-e', script],
            { cwd: folder, env: variablesOf(aws.url), maxBuffer: 10_000_000 },
            (error, stdout) => (error ? reject(error) : resolve(stdout)),
          );
        }),
      );
      expect(answer.statusCode).toBe(200);
      const { data, meta } = JSON.parse(answer.body);
      expect(meta).toMatchObject({ total: 138_398, page: 277, pages: 277 });
      expect(data).toHaveLength(138_398 - 276 * 500);
    } finally {
      await aws.close();
    }
  }, 60_000);
});

/** What Lambda gives a function, pointed at the local AWS; nothing of node_modules. */
function variablesOf(url: string): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'SAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
