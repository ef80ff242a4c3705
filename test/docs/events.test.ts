import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { program } from '../../cli/main';
import {
  eventSource,
  runBlockedSchema,
  runFailedSchema,
  runPublishedSchema,
} from '../../core/run/events/run-event';
import { eventBusName } from '../../lambda/environment';
import { synthesize } from '../lib/fixtures/synthesize';

const text = readFileSync(join(__dirname, '../../docs/events.md'), 'utf8');

/** Code blocks of a language under a heading. */
function blocks(heading: string, language: string): string[] {
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  const found = section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
  return [...found].map(([, code = '']) => code);
}

const eventSchema = z.looseObject({ source: z.string(), 'detail-type': z.string(), detail: z.unknown() });
const patternSchema = z.strictObject({
  source: z.array(z.string()),
  'detail-type': z.array(z.string()),
  detail: z.record(z.string(), z.array(z.string())),
});

describe.each([
  ['RunPublished', runPublishedSchema],
  ['RunFailed', runFailedSchema],
  ['RunBlocked', runBlockedSchema],
] as const)('%s', (type, schema) => {
  const [example = '', jsonSchema = ''] = blocks(type, 'json');

  it('has the schema of the code', () => {
    expect(JSON.parse(jsonSchema)).toEqual(z.toJSONSchema(schema));
  });

  it('has an example that the schema allows, whose id names its run', () => {
    const event = eventSchema.parse(JSON.parse(example));
    expect(event).toMatchObject({ source: eventSource, 'detail-type': type });
    const { eventId, source, dataset, runId } = schema.parse(event.detail);
    expect(eventId.split('/').slice(0, 4)).toEqual([type, source, dataset, runId]);
  });

  it('is in the table of all events', () => {
    expect(text).toContain(`\n| \`${type}\` |`);
  });
});

describe('the rule that starts the next step', () => {
  const [pattern = ''] = blocks('Start the next step', 'json');
  const [construct = ''] = blocks('Start the next step', 'ts');

  it('matches the example', () => {
    const { source, 'detail-type': types, detail } = patternSchema.parse(JSON.parse(pattern));
    const [example = ''] = blocks('RunPublished', 'json');
    const event = eventSchema.parse(JSON.parse(example));
    const published = runPublishedSchema.parse(event.detail);
    expect(source).toContain(event.source);
    expect(types).toContain(event['detail-type']);
    for (const [name, values] of Object.entries(detail))
      expect(values).toContain(Reflect.get(published, name));
  });

  it('is the same in the CDK, on the bus of the environment', () => {
    const [, literal = ''] = /eventPattern: (\{[\s\S]*?\n {2}\})/.exec(construct) ?? [];
    const { detailType, ...rest } = new Function(`return (${literal})`)();
    expect({ ...rest, 'detail-type': detailType }).toEqual(JSON.parse(pattern));
    expect(construct).toContain(`'${eventBusName('prod')}'`);
    expect(text).toContain(`--event-bus-name ${eventBusName('prod')} `);
  });
});

describe('without the CDK', () => {
  const [, targets = ''] = blocks('Start the next step', 'json');
  const targetSchema = z.strictObject({
    Id: z.string(),
    Arn: z.string().startsWith('arn:aws:states:'),
    RoleArn: z.string().startsWith('arn:aws:iam::'),
    DeadLetterConfig: z.strictObject({ Arn: z.string().startsWith('arn:aws:sqs:') }),
  });

  it('the rule has a target, which has a role and a dead-letter queue', () => {
    const commands = blocks('Start the next step', 'sh').join('');
    const [rule, target] = ['put-rule .*--name', 'put-targets .*--rule'].map(
      (words) => new RegExp(`aws events ${words} (\\S+)`).exec(commands)?.[1],
    );
    expect(rule).toBeDefined();
    expect(target).toBe(rule);
    expect(z.array(targetSchema).min(1).parse(JSON.parse(targets))).toHaveLength(1);
  });
});

it('names the lake as the stack does: CloudFormation calls a bucket after the stack and the logical id', () => {
  const [id = ''] = Object.keys(
    synthesize('prod').findResources('AWS::S3::Bucket', { Properties: { VersioningConfiguration: {} } }),
  ).filter((one) => one.startsWith('Lake'));
  const named = [...text.matchAll(/s3:\/\/([^/]+)\//g)].map(([, bucket = '']) => bucket);
  expect(named.length).toBeGreaterThan(1);
  for (const bucket of named) expect(bucket).toMatch(/^baseload-prod-lakebucket[0-9a-z]{8}-\w+$/);
  expect(id.toLowerCase()).toMatch(/^lakebucket[0-9a-z]{8}$/);
});

it('tells of commands that there are', () => {
  const known = new Set(program().commands.map((command) => command.name()));
  const told = [...text.matchAll(/npx baseload ([a-z-]+)/g)].map(([, name = '']) => name);
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((name) => !known.has(name))).toEqual([]);
});
