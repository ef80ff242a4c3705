import type { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import {
  claimKey,
  manifestKey,
  nextKey,
  observationsKey,
  openRuns,
  planKey,
  pointerKey,
  quarantineKey,
  rawKey,
  rawPagesKey,
  runsPrefix,
  stageKey,
  stagePrefix,
} from '../../core/run/keys';
import { rotatingToken } from './fixtures/rotating-token';
import { slicedSource } from './fixtures/sliced-source';
import { fixtureSources, synthesize } from './fixtures/synthesize';

/** A statement with its resources in words: 'lake/stage/*', 'queue:…', 'log:…', 'secret:…', 'function:…'. */
interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

let template: Template;
beforeAll(() => {
  template = synthesize('prod', [...fixtureSources, slicedSource]);
});

function resources(): Record<string, { Type: string; Properties: Record<string, never> }> {
  return template.toJSON().Resources;
}

/** Every statement that the role of a function or schedule has. */
function statementsOf(roleId: string): Statement[] {
  const role = template.findResources('AWS::IAM::Role')[roleId];
  expect(role?.Properties.ManagedPolicyArns).toBeUndefined();
  const inline = role?.Properties.Policies.flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
  return inline.map(({ Effect, Action, Resource, Condition }: Statement) => ({
    Effect,
    Action,
    Resource: inWords(Resource),
    ...(Condition ? { Condition } : {}),
  }));
}

function statementsOfFunction(name: string): Statement[] {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: name } }),
  );
  return statementsOf(found?.Properties.Role['Fn::GetAtt'][0]);
}

function inWords(resource: unknown): unknown {
  if (Array.isArray(resource)) return resource.map(inWords);
  if (typeof resource !== 'object' || resource === null) return resource;
  if ('Fn::GetAtt' in resource && Array.isArray(resource['Fn::GetAtt'])) {
    const { Type, Properties } = resources()[resource['Fn::GetAtt'][0]] ?? {};
    if (Type === 'AWS::S3::Bucket') return 'lake';
    return (
      Properties?.QueueName ??
      Properties?.LogGroupName ??
      Properties?.FunctionName ??
      Properties?.Name ??
      Type
    );
  }
  if ('Fn::Join' in resource && Array.isArray(resource['Fn::Join'])) {
    return resource['Fn::Join'][1]
      .map((part: unknown) =>
        typeof part === 'object' && part !== null && 'Ref' in part ? part.Ref : inWords(part),
      )
      .join('');
  }
  return resource;
}

const allow = (Action: string | string[], Resource: string | string[]) => ({
  Effect: 'Allow',
  Action,
  Resource,
});
/** Writing only with this header. */
const writing = (header: 'if-none-match' | 'if-match', ...keys: string[]) => ({
  ...allow('s3:PutObject', keys.length === 1 ? String(keys[0]) : keys),
  Condition: { Null: { [`s3:${header}`]: 'false' } },
});
const listing = (...prefixes: string[]) => ({
  ...allow('s3:ListBucket', 'lake'),
  Condition: { StringLike: { 's3:prefix': prefixes } },
});
const logging = (name: string) =>
  allow(['logs:CreateLogStream', 'logs:PutLogEvents'], `/aws/lambda/baseload-prod-${name}`);
const token = allow(
  'secretsmanager:GetSecretValue',
  'arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:baseload/prod/harbour/token-??????',
);
/** The one statement for all resources: X-Ray knows none. */
const traces = allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*');

test('the worker reads and writes its own ranges, and settles its own messages', () => {
  expect(statementsOfFunction('baseload-prod-harbour-worker')).toEqual([
    logging('harbour-worker'),
    allow('s3:GetObject', [
      'lake/raw/harbour/*',
      'lake/runs/harbour/*/*/manifest.json',
      'lake/runs/harbour/*/*/manifest/*',
      'lake/runs/harbour/*/*/next/*',
      'lake/stage/harbour/*',
    ]),
    writing(
      'if-none-match',
      'lake/quarantine/harbour/*',
      'lake/raw/harbour/*',
      'lake/runs/harbour/*/*/next/*',
      'lake/runs/harbour/*/*/observations/*',
      'lake/stage/harbour/*',
    ),
    allow('s3:PutObject', 'lake/runs/harbour/*/*/dead/*'),
    listing('stage/harbour/*', 'raw/harbour/*', 'runs/harbour/*/*/next/*'),
    allow(
      [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
      'baseload-prod-harbour-pages',
    ),
    allow('sqs:SendMessage', 'baseload-prod-harbour-dead'),
    token,
    traces,
  ]);
});

test('the fan-out claims, plans and enqueues', () => {
  expect(statementsOfFunction('baseload-prod-harbour-fan-out')).toEqual([
    logging('harbour-fan-out'),
    allow('s3:GetObject', [
      'lake/runs/harbour/*',
      'lake/runs/open/harbour/*',
      'lake/stage/harbour/*',
      'lake/tables/harbour/*/current.json',
    ]),
    writing('if-none-match', 'lake/runs/harbour/*/*/plan.json', 'lake/runs/open/harbour/*'),
    writing('if-match', 'lake/runs/open/harbour/*'),
    allow('s3:DeleteObject', 'lake/runs/open/harbour/*'),
    listing('stage/harbour/*', 'runs/harbour/*', 'runs/open/harbour/*', 'tables/harbour/*/current.json'),
    allow('sqs:SendMessage', 'baseload-prod-harbour-pages'),
    token,
    traces,
  ]);
});

test('the fan-out of a source with slices of records reads the tables of their parents, merged or not', () => {
  expect(statementsOfFunction('baseload-prod-crews-fan-out')).toEqual([
    logging('crews-fan-out'),
    allow('s3:GetObject', [
      'lake/runs/crews/*',
      'lake/runs/open/crews/*',
      'lake/stage/crews/*',
      'lake/tables/crews/*/current.json',
      'lake/tables/crews/ships/run=*',
    ]),
    writing('if-none-match', 'lake/runs/crews/*/*/plan.json', 'lake/runs/open/crews/*'),
    writing('if-match', 'lake/runs/open/crews/*'),
    allow('s3:DeleteObject', 'lake/runs/open/crews/*'),
    listing(
      'stage/crews/*',
      'runs/crews/*',
      'runs/open/crews/*',
      'tables/crews/*/current.json',
      'tables/crews/ships/run=*',
    ),
    allow('sqs:SendMessage', 'baseload-prod-crews-pages'),
    traces,
  ]);
});

test('reconcile observes every source, publishes, tells and enqueues again', () => {
  const glue = (resource: string) => `arn:AWS::Partition:glue:AWS::Region:AWS::AccountId:${resource}`;
  expect(statementsOfFunction('baseload-prod-reconcile')).toEqual([
    logging('reconcile'),
    allow('s3:GetObject', ['lake/quarantine/*', 'lake/runs/*', 'lake/stage/*', 'lake/tables/*']),
    writing('if-none-match', 'lake/runs/*', 'lake/tables/*'),
    writing('if-match', 'lake/runs/*/verification.json', 'lake/tables/*.json'),
    allow('s3:PutObject', ['lake/runs/*/*/*/owed/*', 'lake/runs/*/progress.json', 'lake/runs/*/report.html']),
    allow('s3:DeleteObject', 'lake/runs/open/*'),
    allow('s3:PutObjectTagging', 'lake/stage/*'),
    listing('runs/*', 'stage/*', 'tables/*', 'quarantine/*'),
    allow(
      ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'],
      ['baseload-prod-crews-pages', 'baseload-prod-harbour-pages', 'baseload-prod-tides-pages'],
    ),
    allow(
      ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
      ['baseload-prod-crews-dead', 'baseload-prod-harbour-dead', 'baseload-prod-tides-dead'],
    ),
    {
      ...allow('events:PutEvents', 'baseload-prod'),
      Condition: { 'ForAllValues:StringEquals': { 'events:source': 'baseload' } },
    },
    allow(
      ['glue:CreateTable', 'glue:GetTable', 'glue:UpdateTable'],
      [glue('catalog'), glue('database/baseload_prod'), glue('table/baseload_prod/*')],
    ),
  ]);
});

test('fan-out and worker write the refresh token that the source replaces, and no other secret', () => {
  const [harbour] = fixtureSources;
  if (!harbour) throw new Error('there is a source');
  const usual = template;
  try {
    template = synthesize('prod', [{ ...harbour, source: { ...harbour.source, auth: rotatingToken } }]);
    for (const task of ['fan-out', 'worker']) {
      const secretOf = (name: string) =>
        `arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:baseload/prod/harbour/${name}-??????`;
      const statements = statementsOfFunction(`baseload-prod-harbour-${task}`);
      expect(statements.filter(({ Action }) => String(Action).startsWith('secretsmanager:'))).toEqual([
        allow('secretsmanager:GetSecretValue', [secretOf('client'), secretOf('refresh')]),
        allow('secretsmanager:PutSecretValue', secretOf('refresh')),
      ]);
    }
  } finally {
    template = usual;
  }
});

test('the salts of masked columns are for the worker, which shapes, and for nobody else', () => {
  const [harbour] = fixtureSources;
  const [ships] = harbour?.source.datasets ?? [];
  if (!harbour || !ships) throw new Error('there is a dataset');
  const mask = { type: 'sha256', salt: { secret: 'harbour/salt' } } as const;
  const captain = { columnType: { type: 'varchar' }, options: { mask } } as const;
  const masked = { ...ships, columns: { ...ships.columns, captain } };
  const usual = template;
  try {
    template = synthesize('prod', [{ ...harbour, source: { ...harbour.source, datasets: [masked] } }]);
    const secretsRead = (task: string) =>
      statementsOfFunction(`baseload-prod-harbour-${task}`)
        .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
        .flatMap(({ Resource }) => Resource)
        .map((arn) => /secret:(.*)-\?+$/.exec(String(arn))?.[1]);
    expect(secretsRead('worker')).toEqual(['baseload/prod/harbour/salt', 'baseload/prod/harbour/token']);
    expect(secretsRead('fan-out')).toEqual(['baseload/prod/harbour/token']);
  } finally {
    template = usual;
  }
});

test('a role is assumed by its one service, and by Scheduler for the schedules of this environment alone', () => {
  const trusted = Object.values(template.findResources('AWS::IAM::Role')).flatMap(
    ({ Properties }) => Properties.AssumeRolePolicyDocument.Statement,
  );
  template.resourcePropertiesCountIs('AWS::Scheduler::ScheduleGroup', { Name: 'baseload-prod' }, 1);
  for (const { Principal, Action, Condition } of trusted) {
    expect(Action).toBe('sts:AssumeRole');
    if (Principal.Service === 'lambda.amazonaws.com') continue;
    expect(Principal).toEqual({ Service: 'scheduler.amazonaws.com' });
    // A schedule group, and never a schedule: EventBridge Scheduler User Guide, "Confused deputy prevention".
    const { 'aws:SourceArn': sourceArn, ...others } = Condition.StringEquals;
    expect([inWords(sourceArn), others]).toEqual([
      'baseload-prod',
      { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    ]);
  }
  for (const { Properties } of Object.values(template.findResources('AWS::Scheduler::Schedule')))
    expect(Properties.GroupName).toBe('baseload-prod');
});

test('nobody may delete a version of an object for good, or change how the lake is kept', () => {
  const actions = Object.keys(template.findResources('AWS::IAM::Role')).flatMap((roleId) =>
    statementsOf(roleId).flatMap(({ Action }) => Action),
  );
  const ofObjects = [
    's3:GetObject',
    's3:PutObject',
    's3:PutObjectTagging',
    's3:DeleteObject',
    's3:ListBucket',
  ];
  expect(actions.filter((action) => action.startsWith('s3:') && !ofObjects.includes(action))).toEqual([]);
});

test('who deletes or replaces what it has read may read it: If-Match asks for both', () => {
  for (const roleId of Object.keys(template.findResources('AWS::IAM::Role'))) {
    const patterns = (isMeant: (statement: Statement) => boolean) =>
      statementsOf(roleId)
        .filter(isMeant)
        .flatMap(({ Resource }) => [Resource].flat().map(String));
    const readable = patterns(({ Action }) => [Action].flat().includes('s3:GetObject'));
    const within = (pattern: string) =>
      readable.some((wider) => wider.endsWith('*') && pattern.startsWith(wider.slice(0, -1)));
    const matching = patterns(
      ({ Action, Condition }) =>
        [Action].flat().includes('s3:DeleteObject') ||
        JSON.stringify(Condition ?? '').includes('s3:if-match'),
    );
    expect(matching.filter((pattern) => !within(pattern))).toEqual([]);
  }
});

test('a source that names no secret may read none', () => {
  const actions = ['fan-out', 'worker'].flatMap((task) =>
    statementsOfFunction(`baseload-prod-tides-${task}`).flatMap(({ Action }) => Action),
  );
  expect(actions.filter((action) => action.startsWith('secretsmanager:'))).toEqual([]);
});

test('a schedule may start its one function, and say that it could not', () => {
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const allowed = schedules.map(({ Properties }) => [
    Properties.Description,
    statementsOf(Properties.Target.RoleArn['Fn::GetAtt'][0]),
  ]);
  const starts = (source: string) => [
    allow('lambda:InvokeFunction', `baseload-prod-${source}-fan-out`),
    allow('sqs:SendMessage', `baseload-prod-${source}-missed`),
  ];
  expect(Object.fromEntries(allowed)).toEqual({
    'Loads harbour/ships': starts('harbour'),
    'Loads what changed of harbour/ships': starts('harbour'),
    'Loads tides/levels': starts('tides'),
    'Reconciles the open runs': [allow('lambda:InvokeFunction', 'baseload-prod-reconcile')],
  });
});

test('there are no other policies, no role is shared, and no action has a wildcard, and traces alone go anywhere', () => {
  template.resourceCountIs('AWS::IAM::Policy', 0);
  const roles = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Role['Fn::GetAtt'][0],
  );
  expect(new Set(roles).size).toBe(roles.length);
  for (const roleId of Object.keys(template.findResources('AWS::IAM::Role'))) {
    for (const { Action, Resource } of statementsOf(roleId)) {
      expect([Action].flat().filter((action) => /[*?]/.test(action))).toEqual([]);
      if ([Resource].flat().includes('*')) expect(Action).toEqual(traces.Action);
    }
  }
});

describe('the keys of the lake', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,10}$/);
  const runs = fc.record({
    source: fc.constant('harbour'),
    dataset: name,
    runId: name,
    extension: fc.constantFrom('parquet' as const, 'csv.gz' as const),
  });
  const range = { slice: 'all', index: 7 };

  /** Whether one of the role's statements allows the action on the key, or listing below the prefix. */
  function mayDo(functionName: string, action: string, key: string): boolean {
    return statementsOfFunction(functionName).some(({ Action, Resource, Condition }) => {
      if (![Action].flat().includes(action)) return false;
      if (action !== 's3:ListBucket')
        return [Resource].flat().some((pattern) => like(`lake/${key}`, pattern));
      const { StringLike } = Condition as { StringLike: { 's3:prefix': string[] } };
      return StringLike['s3:prefix'].some((pattern) => like(key, pattern));
    });
  }

  function like(text: string, pattern: unknown): boolean {
    if (typeof pattern !== 'string') return false;
    const literal = (part: string) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`).test(text);
  }

  test('are the ones that the functions may use, whatever the names are', () => {
    fc.assert(
      fc.property(runs, name, (run, attempt) => {
        const worker = 'baseload-prod-harbour-worker';
        const fanOut = 'baseload-prod-harbour-fan-out';
        const reconcile = 'baseload-prod-reconcile';
        for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket']) {
          expect(mayDo(worker, action, stageKey(run, range))).toBe(true);
          for (const user of [fanOut, reconcile]) {
            expect(mayDo(user, action, planKey(run))).toBe(true);
            expect(mayDo(user, action, claimKey(run))).toBe(true);
          }
          expect(mayDo(reconcile, action, manifestKey(run))).toBe(true);
          expect(mayDo(reconcile, action, pointerKey(run))).toBe(true);
        }
        for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket']) {
          expect(mayDo(worker, action, nextKey(run, range, attempt))).toBe(true);
        }
        for (const action of ['s3:GetObject', 's3:ListBucket']) {
          const parent = { ...run, source: 'crews' };
          expect(mayDo('baseload-prod-crews-fan-out', action, pointerKey(parent))).toBe(true);
          expect(mayDo('baseload-prod-crews-fan-out', action, stageKey(parent, range))).toBe(true);
          // The table that readers rely on, and the runs that could be replayed.
          expect(mayDo(fanOut, action, pointerKey(run))).toBe(true);
          expect(mayDo(fanOut, action, manifestKey(run))).toBe(true);
        }
        expect(mayDo(fanOut, 's3:ListBucket', runsPrefix(run))).toBe(true);
        for (const action of ['s3:GetObject', 's3:PutObject', 's3:ListBucket']) {
          expect(mayDo(worker, action, rawKey(run, range, attempt))).toBe(true);
          expect(mayDo(worker, action, rawPagesKey(rawKey(run, range, attempt)))).toBe(true);
        }
        expect(mayDo(worker, 's3:PutObject', observationsKey(run, range, attempt))).toBe(true);
        expect(mayDo(reconcile, 's3:GetObject', observationsKey(run, range, attempt))).toBe(true);
        for (const user of [fanOut, reconcile]) {
          expect(mayDo(user, 's3:GetObject', nextKey(run, range, attempt))).toBe(true);
        }
        expect(mayDo(worker, 's3:PutObject', quarantineKey(run, range, attempt))).toBe(true);
        for (const user of [fanOut, reconcile]) {
          expect(mayDo(user, 's3:ListBucket', stagePrefix(run))).toBe(true);
          expect(mayDo(user, 's3:GetObject', stageKey(run, range))).toBe(true);
          expect(mayDo(user, 's3:DeleteObject', claimKey(run))).toBe(true);
        }
        expect(mayDo(reconcile, 's3:ListBucket', openRuns)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('that say what a run is are for fan-out and reconcile, also where a run or dataset is called like a folder', () => {
    const folder = fc.constantFrom('next', 'dead', 'observations', 'manifest', 'given-up', 'run');
    fc.assert(
      fc.property(folder, folder, (dataset, runId) => {
        const run = { source: 'harbour', dataset, runId };
        for (const key of [planKey(run), claimKey(run), pointerKey(run)]) {
          expect(mayDo('baseload-prod-harbour-worker', 's3:PutObject', key)).toBe(false);
          expect(mayDo('baseload-prod-harbour-worker', 's3:GetObject', key)).toBe(false);
        }
        expect(mayDo('baseload-prod-harbour-worker', 's3:PutObject', manifestKey(run))).toBe(false);
      }),
    );
  });

  test('of another source are out of reach', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const theirs = { ...run, source: 'tides' };
        for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']) {
          for (const user of ['baseload-prod-harbour-worker', 'baseload-prod-harbour-fan-out']) {
            expect(mayDo(user, action, stageKey(theirs, range))).toBe(false);
            expect(mayDo(user, action, planKey(theirs))).toBe(false);
            expect(mayDo(user, action, nextKey(theirs, range, 'a1'))).toBe(false);
            expect(mayDo(user, action, claimKey(theirs))).toBe(false);
            expect(mayDo(user, action, pointerKey(theirs))).toBe(false);
            expect(mayDo(user, action, rawKey(theirs, range, 'a1'))).toBe(false);
          }
          expect(mayDo('baseload-prod-harbour-worker', action, pointerKey(run))).toBe(false);
          expect(mayDo('baseload-prod-harbour-fan-out', action, rawKey(run, range, 'a1'))).toBe(false);
          const crews = 'baseload-prod-crews-fan-out';
          expect(mayDo(crews, action, stageKey(theirs, range))).toBe(false);
          expect(mayDo(crews, action, pointerKey(theirs))).toBe(false);
          // What a run is, only fan-out and reconcile say.
          expect(mayDo('baseload-prod-harbour-worker', action, planKey(run))).toBe(false);
          expect(mayDo('baseload-prod-harbour-worker', action, claimKey(run))).toBe(false);
        }
      }),
      { numRuns: 20 },
    );
  });
});
