import { ConfigurationError } from '../../core/errors';

/** What a template may say about a resource: its Ref, and its Fn::GetAtt by name. */
export interface Reference {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the intrinsic functions of a template can refer to. */
export interface Scope {
  /** By logical id. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Pseudo parameters ('AWS::Region') and the template's own parameters. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Removes the property or the list entry that it stands for. */
const noValue = Symbol('AWS::NoValue');

/**
 * Replaces every intrinsic function in a value of a template: Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select,
 * Fn::Split. `path` says where the value stands; another function, or something that does not exist, is a
 * ConfigurationError with the path to it.
 */
export function resolve(value: unknown, scope: Scope, path: string): unknown {
  const resolved = resolveAny(value, scope, path);
  return resolved === noValue ? undefined : resolved;
}

function resolveAny(value: unknown, scope: Scope, path: string): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, i) => resolveAny(item, scope, `${path}[${i}]`));
    return items.filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isIntrinsic(only[0])) {
    return callIntrinsic(only[0], only[1], scope, `${path}.${only[0]}`);
  }
  const resolved = entries.map(([name, item]): [string, unknown] => [
    name,
    resolveAny(item, scope, `${path}.${name}`),
  ]);
  return Object.fromEntries(resolved.filter(([, item]) => item !== noValue));
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name.startsWith('Fn::');
}

function callIntrinsic(name: string, argument: unknown, scope: Scope, path: string): unknown {
  switch (name) {
    case 'Ref':
      return ref(text(argument, path), scope, path);
    case 'Fn::GetAtt':
      return getAttribute(argument, scope, path);
    case 'Fn::Sub':
      return substitute(argument, scope, path);
    case 'Fn::Join': {
      const [separator, items] = pair(argument, path);
      return list(resolve(items, scope, path), path).join(text(separator, path));
    }
    case 'Fn::Split': {
      const [separator, whole] = pair(argument, path);
      return text(resolve(whole, scope, path), path).split(text(separator, path));
    }
    case 'Fn::Select': {
      const [index, items] = pair(argument, path);
      const selected = list(resolve(items, scope, path), path)[Number(resolve(index, scope, path))];
      if (selected === undefined)
        throw new ConfigurationError(`${path} selects an item that does not exist.`);
      return selected;
    }
    default:
      throw new ConfigurationError(
        `${path} is not understood by local mode: use Ref, Fn::GetAtt, Fn::Sub, Fn::Join, Fn::Select or Fn::Split.`,
      );
  }
}

function ref(name: string, { references, parameters }: Scope, path: string): unknown {
  if (name === 'AWS::NoValue') return noValue;
  const value = parameters.get(name) ?? references.get(name)?.ref;
  if (value === undefined) {
    throw new ConfigurationError(`${path} refers to ${name}, which local mode does not know.`);
  }
  return value;
}

function getAttribute(argument: unknown, { references }: Scope, path: string): string {
  const [logicalId = '', ...rest] = Array.isArray(argument)
    ? argument.map((part) => text(part, path))
    : text(argument, path).split('.');
  const attribute = rest.join('.');
  const value = references.get(logicalId)?.attributes[attribute];
  if (value === undefined) {
    throw new ConfigurationError(
      `${path} asks for ${logicalId}.${attribute}, which local mode does not know.`,
    );
  }
  return value;
}

/** '${Name}', '${Resource.Attribute}', '${!literal}'; the two-item form brings variables of its own. */
function substitute(argument: unknown, scope: Scope, path: string): string {
  const [template, variables] = Array.isArray(argument) ? pair(argument, path) : [argument, {}];
  const own = new Map(Object.entries(resolve(variables, scope, path) ?? {}));
  return text(template, path).replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (own.has(name)) return String(own.get(name));
    return name.includes('.')
      ? getAttribute(name, scope, `${path} \${${name}}`)
      : String(ref(name, scope, `${path} \${${name}}`));
  });
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new ConfigurationError(`${path} needs text, and got ${JSON.stringify(value)}.`);
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ConfigurationError(`${path} needs a list, and got ${JSON.stringify(value)}.`);
}

function pair(value: unknown, path: string): [unknown, unknown] {
  if (Array.isArray(value) && value.length === 2) return [value[0], value[1]];
  throw new ConfigurationError(`${path} needs a list of two, and got ${JSON.stringify(value)}.`);
}
