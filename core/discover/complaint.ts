import { isList, isObject, type Json, scalarText } from './json-tree';

const places = /^(errors?|faults?|error_?(message|description|details?))$/i;
/** Where an error has its sentence, the most telling first. */
const sentences = ['message', 'detail', 'description', 'title', 'reason', 'error', 'msg', 'text', 'code'];

/** The error that a body names, as it stands there; undefined where it names none. */
export function complaintOf(body: Json): string | undefined {
  if (!isObject(body)) return undefined;
  const said = [...body].filter(([key]) => places.test(key)).map(([, value]) => sentenceIn(value));
  return said.find((text) => text !== undefined);
}

function sentenceIn(value: Json | undefined): string | undefined {
  if (isList(value)) return sentenceIn(value[0]);
  // A flag or a number says that there is one, not which.
  if (!isObject(value)) return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  const texts = sentences.map((name) => {
    const inner = value.get(name);
    return isObject(inner) ? undefined : scalarText(inner);
  });
  return texts.find((text) => text !== undefined && text.trim() !== '');
}
