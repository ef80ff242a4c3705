import { ConfigurationError } from '../../errors';
import type { SliceParameters } from '../../plan/plan';
import type { JsonObject, JsonValue } from '../../source/source';

const placeholder = /\{([^{}]+)\}/g;

/** Puts values in place of `{name}`; braces around anything but a parameter stay. */
export function fillText(text: string, parameters: SliceParameters): string {
  return text.replace(placeholder, (whole, name: string) => String(parameterOf(parameters, name) ?? whole));
}

/**
 * Puts values in place of `{name}` in a path, each percent-encoded so that it stays within its segment, and of `{+name}`
 * with its slashes kept, as in RFC 6570. Throws a ConfigurationError for the segments '', '.' and '..': URLs cannot hold
 * them, and another resource would be asked for.
 */
export function fillPath(path: string, parameters: SliceParameters): string {
  return path.replace(placeholder, (whole, written: string) => {
    const name = written.replace(/^\+/, '');
    const value = parameterOf(parameters, name);
    if (value === undefined) return whole;
    const segments = written === name ? [String(value)] : String(value).split('/');
    if (segments.some((segment) => /^\.{0,2}$/.test(segment))) {
      throw new ConfigurationError(
        `the value '${value}' of '${name}' cannot be put in the path ${path}: leave it out of the slices, or send it in the query`,
      );
    }
    return segments.map(encodeURIComponent).join('/');
  });
}

/** Puts values in place of `{name}` in the texts of a body; a text that is nothing else takes the value as it is, a number as a number. */
export function fillBody(body: JsonObject, parameters: SliceParameters): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, fillValue(value, parameters)]),
  );
}

function fillValue(value: JsonValue, parameters: SliceParameters): JsonValue {
  if (typeof value === 'string') {
    const name = /^\{([^{}]+)\}$/.exec(value)?.[1];
    return (name === undefined ? undefined : parameterOf(parameters, name)) ?? fillText(value, parameters);
  }
  if (isList(value)) return value.map((item) => fillValue(item, parameters));
  return typeof value === 'object' && value !== null ? fillBody(value, parameters) : value;
}

/** Array.isArray does not narrow read-only arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function parameterOf(parameters: SliceParameters, name: string): string | number | undefined {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}
