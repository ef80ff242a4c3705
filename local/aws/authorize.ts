import { ConfigurationError } from '../../core/errors';
import { localAccount } from '../local-account';
import { AwsError } from './http-answer';
import { wildcard } from './wildcard';

type OneOrMore = string | readonly string[];

/** An IAM policy statement as a template holds it, with every reference resolved. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  /** Only StringLike and StringEquals on s3:prefix. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** What of a request conditions can look at. */
export interface RequestContext {
  /** The prefix that ListObjectsV2 asks for. */
  readonly prefix?: string;
}

/** The actions that the local AWS asks permission for. */
export const spokenActions = [
  's3:PutObject',
  's3:GetObject',
  's3:DeleteObject',
  's3:ListBucket',
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
] as const;

export type SpokenAction = (typeof spokenActions)[number];

type Test = (value: string) => boolean;

interface Rule {
  readonly effect: 'Allow' | 'Deny';
  readonly action: Test;
  readonly resource: Test;
  readonly conditions: readonly Test[];
}

/** Somebody who may call the local AWS, and what exactly. */
export class Principal {
  /** As in AWS's messages: the session of an assumed role. */
  readonly arn: string;
  readonly #rules: readonly Rule[] | 'all';

  /** Throws a ConfigurationError for a statement that could not be held to as IAM would. */
  constructor(
    readonly name: string,
    statements: readonly PolicyStatement[] | 'all',
  ) {
    this.arn = `arn:aws:sts::${localAccount}:assumed-role/${name}/${name}`;
    this.#rules =
      statements === 'all'
        ? 'all'
        : statements.flatMap((statement, index) => compile(statement, `statement ${index + 1} of ${name}`));
  }

  /** Whether the policies allow `action` on the ARN `resource`: an explicit deny wins, no word means no. */
  may(action: SpokenAction, resource: string, context: RequestContext = {}): boolean {
    return this.#decide(action, resource, context) === 'Allow';
  }

  /** Throws AccessDenied, 403, in AWS's words unless the policies allow it. */
  require(action: SpokenAction, resource: string, context: RequestContext = {}): void {
    const decision = this.#decide(action, resource, context);
    if (decision === 'Allow') return;
    const because =
      decision === 'Deny'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    throw new AwsError(
      'AccessDenied',
      403,
      `User: ${this.arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
    );
  }

  #decide(action: string, resource: string, context: RequestContext): 'Allow' | 'Deny' | undefined {
    if (this.#rules === 'all') return 'Allow';
    const effects = this.#rules
      .filter((rule) => rule.action(action) && rule.resource(resource) && holds(rule.conditions, context))
      .map((rule) => rule.effect);
    return effects.includes('Deny') ? 'Deny' : effects[0];
  }
}

/** A condition on a key that the request does not have is false, as in IAM. */
function holds(conditions: readonly Test[], { prefix }: RequestContext): boolean {
  return conditions.every((condition) => prefix !== undefined && condition(prefix));
}

function compile(statement: PolicyStatement, where: string): Rule[] {
  const known = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);
  const effect = statement.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') refuse(where, `has the Effect ${JSON.stringify(effect)}`);
  // NotAction may concern any call, so it cannot be left aside like a statement on another service.
  if ('NotAction' in statement) refuse(where, 'uses NotAction');
  const action = anyOf(strings(statement.Action, `${where} has an Action`), (one) => wildcard(one, 'i'));
  // A statement on other services (logs, glue, iam:PassRole) may say what it likes: it is never asked.
  if (!spokenActions.some(action)) return [];
  for (const name of Object.keys(statement)) if (!known.has(name)) refuse(where, `uses ${name}`);
  const resource = anyOf(strings(statement.Resource, `${where} has a Resource`), (one) => wildcard(one));
  return [{ effect, action, resource, conditions: compileConditions(statement.Condition ?? {}, where) }];
}

function compileConditions(conditions: NonNullable<PolicyStatement['Condition']>, where: string): Test[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      const known =
        key.toLowerCase() === 's3:prefix' && (operator === 'StringLike' || operator === 'StringEquals');
      if (!known) refuse(where, `has the condition ${operator} on ${key}`);
      const wanted = strings(values, `${where} has a condition`);
      return operator === 'StringEquals'
        ? (value: string) => wanted.includes(value)
        : anyOf(wanted, (one) => wildcard(one));
    }),
  );
}

function anyOf(patterns: readonly string[], compileOne: (pattern: string) => Test): Test {
  const tests = patterns.map(compileOne);
  return (value) => tests.some((test) => test(value));
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
      'for s3:ListBucket, StringLike or StringEquals on s3:prefix.',
  );
}
