import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { type PolicyStatement, Principal, type SpokenAction } from '../../../local/aws/authorize';
import { describeGrant, grantsOf } from '../../../local/aws/grant';
import { UsageLedger } from '../../../local/aws/usage-ledger';
import { type RunningAws, runAws } from './running-aws';

const lake = 'arn:aws:s3:::lake';

describe('grants', () => {
  test('are the least that a statement can be taken apart into', () => {
    const statement: PolicyStatement = {
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:Get*'],
      Resource: lake,
      Condition: { StringLike: { 's3:prefix': ['raw/*', 'stage/*'] } },
    };
    expect(grantsOf(statement).map(describeGrant)).toEqual([
      `s3:ListBucket on ${lake} where s3:prefix StringLike raw/*`,
      `s3:ListBucket on ${lake} where s3:prefix StringLike stage/*`,
      `s3:Get* on ${lake} where s3:prefix StringLike raw/*`,
      `s3:Get* on ${lake} where s3:prefix StringLike stage/*`,
    ]);
  });

  test('of several conditions are every way to meet them all', () => {
    const Condition = { StringLike: { a: ['1', '2'] }, StringEquals: { b: ['3', '4'] } };
    const statement: PolicyStatement = { Effect: 'Allow', Action: 'x:Y', Resource: 'r', Condition };
    expect(grantsOf(statement).map(({ conditions }) => conditions.map(({ value }) => value).join())).toEqual([
      '1,3',
      '1,4',
      '2,3',
      '2,4',
    ]);
  });
});

test('a call is refused without the grants that the ledger names, and allowed with any one of them', () => {
  const action = fc.constantFrom<SpokenAction>('s3:GetObject', 's3:PutObject', 's3:ListBucket');
  const path = fc.constantFrom('a', 'b', 'a/b', 'b/a');
  const pattern = fc.constantFrom('*', 'a*', 'a/*', 'b', '?');
  const statement = fc.record({
    Effect: fc.constant('Allow' as const),
    Action: fc.oneof(action, fc.uniqueArray(action, { minLength: 1 }), fc.constant('s3:*')),
    Resource: fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 }),
  });
  const conditional = fc
    .tuple(statement, fc.uniqueArray(pattern, { minLength: 1 }))
    .map(([one, prefixes]) => ({ ...one, Condition: { StringLike: { 's3:prefix': prefixes } } }));
  const policy = fc.array(fc.oneof(statement, conditional), { maxLength: 4 });
  fc.assert(
    fc.property(
      policy,
      action,
      path,
      fc.option(path, { nil: undefined }),
      (statements, asked, arn, prefix) => {
        const context = prefix === undefined ? {} : { prefix };
        const ledger = new UsageLedger();
        const principal = new Principal('p', statements, ledger);
        expect(principal.may(asked, arn, context)).toBe(isAllowed(principal, asked, arn, context));
        const [decision, ...others] = ledger.decisions();
        expect(others).toEqual([]);
        const named = new Set(decision?.by.map(describeGrant));
        const grants = statements.flatMap(grantsOf);
        const policyOf = (kept: typeof grants) =>
          new Principal(
            'p',
            kept.map(({ conditions, ...one }) => ({
              Effect: 'Allow',
              Action: one.action,
              Resource: one.resource,
              ...(conditions[0] && { Condition: { StringLike: { 's3:prefix': conditions[0].value } } }),
            })),
          );
        const others2 = grants.filter((grant) => !named.has(describeGrant(grant)));
        expect(policyOf(others2).may(asked, arn, context)).toBe(false);
        for (const grant of grants.filter((one) => named.has(describeGrant(one)))) {
          expect(policyOf([grant]).may(asked, arn, context)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

function isAllowed(principal: Principal, ...call: Parameters<Principal['require']>): boolean {
  try {
    principal.require(...call);
    return true;
  } catch {
    return false;
  }
}

describe('a local AWS', () => {
  let running: RunningAws;
  beforeEach(async () => {
    running = await runAws();
    await running.aws.createBucket('lake');
  });
  afterEach(() => running.stop());

  test('notes who did what, by which grant, and once for any number of like calls', async () => {
    running.aws.addPrincipal('WORKER', {
      name: 'worker',
      statements: [
        {
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:GetObject'],
          Resource: [`${lake}/stage/*`, `${lake}/raw/*`],
        },
      ],
    });
    const s3 = new S3Client(running.as('WORKER'));
    for (const Key of ['stage/1', 'stage/2', 'raw/1']) {
      await s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }));
    }
    const listed = s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: 'stage/' }));
    await expect(listed).rejects.toMatchObject({ name: 'AccessDenied' });
    // Without the right to list nobody learns that it is missing: that is no call of its own.
    const missing = s3.send(new GetObjectCommand({ Bucket: 'lake', Key: 'raw/2' }));
    await expect(missing).rejects.toMatchObject({ name: 'AccessDenied' });
    const worker = { principal: 'worker' };
    const by = (action: string, resource: string) => [
      { action, resource: `${lake}/${resource}`, conditions: [] },
    ];
    const put = { ...worker, action: 's3:PutObject', allowed: true };
    expect(running.aws.decisions()).toEqual([
      { ...put, context: {}, resource: `${lake}/stage/1`, by: by('s3:PutObject', 'stage/*'), calls: 2 },
      { ...put, context: {}, resource: `${lake}/raw/1`, by: by('s3:PutObject', 'raw/*'), calls: 1 },
      {
        ...worker,
        action: 's3:ListBucket',
        resource: lake,
        context: { prefix: 'stage/' },
        allowed: false,
        by: [],
        calls: 1,
      },
      {
        ...worker,
        action: 's3:GetObject',
        resource: `${lake}/raw/2`,
        context: {},
        allowed: true,
        by: by('s3:GetObject', 'raw/*'),
        calls: 1,
      },
    ]);
  });

  test('tells apart what the same grant allows on keys of another kind, however many there are of each', () => {
    const ledger = new UsageLedger();
    const statements: PolicyStatement[] = [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: `${lake}/runs/*` },
    ];
    const principal = new Principal('p', statements, ledger);
    for (let i = 0; i < 500; i++) {
      for (const name of ['plan.json', `look-${i}.json`, `next/all-${i}-a${i}.json`])
        principal.require('s3:PutObject', `${lake}/runs/geo/cities/2026-11-23t09-48-18-${i}z/${name}`);
    }
    const run = `${lake}/runs/geo/cities/2026-11-23t09-48-18-0z`;
    expect(ledger.decisions().map(({ resource, calls }) => [resource, calls])).toEqual([
      [`${run}/plan.json`, 500],
      [`${run}/look-0.json`, 500],
      [`${run}/next/all-0-a0.json`, 500],
    ]);
  });

  test('stays small, whatever is asked', async () => {
    const ledger = new UsageLedger();
    const principal = new Principal('p', [{ Effect: 'Allow', Action: 's3:*', Resource: 'in/*' }], ledger);
    for (let i = 0; i < 20_000; i++) {
      isAllowed(principal, 's3:GetObject', `in/${i}`);
      isAllowed(principal, 's3:GetObject', `out/${i}`);
    }
    const decisions = ledger.decisions();
    expect(decisions.length).toBeLessThan(1100);
    expect(decisions.reduce((sum, { calls }) => sum + calls, 0)).toBe(40_000);
    expect(decisions[0]).toMatchObject({ resource: 'in/0', calls: 20_000, allowed: true });
  });

  test('asks on behalf of what AWS does with a role', () => {
    const statements = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: 'arn:f' }] as const;
    running.aws.addPrincipal('schedule', { name: 'schedule', statements });
    running.aws.require('schedule', 'lambda:InvokeFunction', 'arn:f');
    expect(() => running.aws.require('schedule', 'lambda:InvokeFunction', 'arn:g')).toThrow(
      'is not authorized to perform: lambda:InvokeFunction on resource: arn:g',
    );
    expect(() => running.aws.require('nobody', 'lambda:InvokeFunction', 'arn:f')).toThrow(
      'There is no principal nobody.',
    );
    expect(running.aws.decisions().map(({ allowed }) => allowed)).toEqual([true, false]);
  });
});
