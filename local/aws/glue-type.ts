const scalar =
  /^(boolean|tinyint|smallint|int|bigint|float|double|string|binary|date|timestamp|decimal\((\d+),(\d+)\)|(var)?char\(\d+\))/;

/** Whether a text is a type of Hive's, as Glue columns have them and this project writes them: without spaces, `array<struct<a:int,b:string>>`. */
export function isGlueType(text: string): boolean {
  return afterType(text) === '';
}

/** What follows the type that a text begins with; undefined where it begins with none. */
function afterType(text: string): string | undefined {
  const [found, , precision, scale] = scalar.exec(text) ?? [];
  if (found !== undefined) {
    const fits = precision === undefined || (Number(precision) <= 38 && Number(scale) <= Number(precision));
    return fits ? text.slice(found.length) : undefined;
  }
  if (text.startsWith('array<')) return after('>', afterType(text.slice('array<'.length)));
  if (text.startsWith('map<')) {
    return after('>', then(after(',', afterType(text.slice('map<'.length))), afterType));
  }
  return text.startsWith('struct<') ? afterMembers(text.slice('struct<'.length)) : undefined;
}

function afterMembers(text: string): string | undefined {
  const [name] = /^[a-z0-9_]+:/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const rest = afterType(text.slice(name.length));
  return rest?.startsWith(',') ? afterMembers(rest.slice(1)) : after('>', rest);
}

function after(sign: string, text: string | undefined): string | undefined {
  return text?.startsWith(sign) ? text.slice(sign.length) : undefined;
}

function then(text: string | undefined, read: (text: string) => string | undefined): string | undefined {
  return text === undefined ? undefined : read(text);
}
