import type { PolicyStatement } from './authorize';

/** The least that a policy can allow: one action on one resource, both patterns, under one value of each condition. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly GrantCondition[];
}

export interface GrantCondition {
  /** 'StringLike'. */
  readonly operator: string;
  /** 's3:prefix'. */
  readonly key: string;
  readonly value: string;
}

/** Takes a statement apart, so that each thing it allows or denies can be told from the others. */
export function grantsOf({ Action, Resource, Condition = {} }: PolicyStatement): Grant[] {
  const conditions = conditionsOf(Condition);
  return list(Action).flatMap((action) =>
    list(Resource).flatMap((resource) => conditions.map((one) => ({ action, resource, conditions: one }))),
  );
}

/** One grant in a line, the same for the same grant: 's3:ListBucket on arn:aws:s3:::lake where s3:prefix StringLike raw/*'. */
export function describeGrant({ action, resource, conditions }: Grant): string {
  const where = conditions.map(({ operator, key, value }) => `${key} ${operator} ${value}`).join(' and ');
  return `${action} on ${resource}${where === '' ? '' : ` where ${where}`}`;
}

/** Of several values of a condition one must hold, and of several conditions all: every way to meet them. */
function conditionsOf(conditions: NonNullable<PolicyStatement['Condition']>): GrantCondition[][] {
  const each = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => list(values).map((value) => ({ operator, key, value }))),
  );
  return each.reduce<GrantCondition[][]>(
    (ways, values) => ways.flatMap((way) => values.map((value) => [...way, value])),
    [[]],
  );
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
