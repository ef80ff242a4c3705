import { ConfigurationError } from '../../core/errors';
import { localAccount } from '../local-account';
import { type ConditionTest, compileCondition, knownConditions, type RequestContext } from './condition';
import { type Grant, type GrantCondition, grantsOf } from './grant';
import { AwsError } from './http-answer';
import type { UsageLedger } from './usage-ledger';
import { wildcard } from './wildcard';

type OneOrMore = string | readonly string[];

/** An IAM policy statement as a template holds it, with every reference resolved. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  /** Only those that condition.ts knows. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** The actions that the local AWS asks permission for. */
export const spokenActions = [
  's3:PutObject',
  's3:GetObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:PutObjectTagging',
  's3:GetObjectTagging',
  'sqs:SendMessage',
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:ChangeMessageVisibility',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:StartMessageMoveTask',
  'sqs:ListMessageMoveTasks',
  'sqs:CancelMessageMoveTask',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'events:PutEvents',
  'glue:GetTable',
  'glue:CreateTable',
  'glue:UpdateTable',
  'lambda:InvokeFunction',
] as const;

export type SpokenAction = (typeof spokenActions)[number];

type Test = (value: string) => boolean;

interface Rule {
  readonly effect: 'Allow' | 'Deny';
  readonly grant: Grant;
  readonly action: Test;
  readonly resource: Test;
  readonly conditions: readonly ConditionTest[];
}

/** Somebody who may call the local AWS, and what exactly. */
export class Principal {
  /** As in AWS's messages: the session of an assumed role. */
  readonly arn: string;
  readonly #rules: readonly Rule[] | 'all';

  /** Throws a ConfigurationError for a statement that could not be held to as IAM would. What is required is noted in `ledger`. */
  constructor(
    readonly name: string,
    private readonly statements: readonly PolicyStatement[] | 'all',
    private readonly ledger?: UsageLedger,
  ) {
    this.arn = `arn:aws:sts::${localAccount}:assumed-role/${name}/${name}`;
    this.#rules =
      statements === 'all'
        ? 'all'
        : statements.flatMap((statement, index) => compile(statement, `statement ${index + 1} of ${name}`));
  }

  /** Everything that the policies allow, also by services that the local AWS does not speak. */
  grants(): readonly Grant[] {
    if (this.statements === 'all') return [];
    return this.statements.filter(({ Effect }) => Effect === 'Allow').flatMap(grantsOf);
  }

  /** Whether the policies allow `action` on the ARN `resource`: an explicit deny wins, no word means no. A question, not a call: no use is noted. */
  may(action: SpokenAction, resource: string, context: RequestContext = {}): boolean {
    return this.#decide(action, resource, context).effect === 'Allow';
  }

  /** Throws AccessDenied, 403, in AWS's words unless the policies allow it; notes the use of what does. */
  require(action: SpokenAction, resource: string, context: RequestContext = {}): void {
    const { effect, by } = this.#decide(action, resource, context);
    const allowed = effect === 'Allow';
    this.ledger?.record({ principal: this.name, action, resource, context, allowed, by: allowed ? by : [] });
    if (!allowed) throw this.#refusal(action, resource, effect);
  }

  /** The error of a call that cannot be answered for want of `action`, though it is not what was called. */
  refusal(action: SpokenAction, resource: string): AwsError {
    return this.#refusal(action, resource, this.#decide(action, resource, {}).effect);
  }

  #refusal(action: SpokenAction, resource: string, effect: 'Allow' | 'Deny' | undefined): AwsError {
    const because =
      effect === 'Deny'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    return new AwsError(
      'AccessDenied',
      403,
      `User: ${this.arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
    );
  }

  #decide(
    action: string,
    resource: string,
    context: RequestContext,
  ): { effect: 'Allow' | 'Deny' | undefined; by: readonly Grant[] } {
    if (this.#rules === 'all') return { effect: 'Allow', by: [] };
    const met = this.#rules.filter(
      (rule) =>
        rule.action(action) && rule.resource(resource) && rule.conditions.every((holds) => holds(context)),
    );
    if (met.some(({ effect }) => effect === 'Deny')) return { effect: 'Deny', by: [] };
    return { effect: met[0]?.effect, by: met.map(({ grant }) => grant) };
  }
}

function compile(statement: PolicyStatement, where: string): Rule[] {
  const known = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);
  const effect = statement.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') refuse(where, `has the Effect ${JSON.stringify(effect)}`);
  // NotAction may concern any call, so it cannot be left aside like a statement on another service.
  if ('NotAction' in statement) refuse(where, 'uses NotAction');
  const actions = strings(statement.Action, `${where} has an Action`);
  const spoken = new Set(actions.filter((one) => spokenActions.some(wildcard(one, 'i'))));
  // A statement on other services (logs, iam:PassRole) may say what it likes: it is never asked.
  if (spoken.size === 0) return [];
  for (const name of Object.keys(statement)) if (!known.has(name)) refuse(where, `uses ${name}`);
  strings(statement.Resource, `${where} has a Resource`);
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const several = strings(values, `${where} has a condition`).length > 1;
      // Each value is held by itself, which for a set of values would be another question.
      if (several && operator.includes(':')) refuse(where, `has ${operator} on ${key} with several values`);
    }
  }
  return grantsOf(statement)
    .filter(({ action }) => spoken.has(action))
    .map((grant) => ({
      effect,
      grant,
      action: wildcard(grant.action, 'i'),
      resource: wildcard(grant.resource),
      conditions: grant.conditions.map((condition) => conditionTest(condition, where)),
    }));
}

function conditionTest(condition: GrantCondition, where: string): ConditionTest {
  return (
    compileCondition(condition) ??
    refuse(where, `has the condition ${condition.operator} on ${condition.key}`)
  );
}

function strings(value: unknown, what: string): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    if (typeof one !== 'string') refuse(what, `that is not a text: ${JSON.stringify(one)}`);
    if (one.includes('${')) refuse(what, `with a policy variable: ${one}`);
    return one;
  });
}

function refuse(where: string, what: string): never {
  throw new ConfigurationError(
    `Policy ${where} ${what}, which the local AWS cannot hold calls against. Write it with Action, Resource and, ` +
      `as conditions, ${knownConditions}.`,
  );
}
