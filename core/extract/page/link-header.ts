/** One link of a Link header. */
export interface Link {
  /** As it stands there; may be relative. */
  readonly target: string;
  /** In lower case. */
  readonly relations: readonly string[];
}

/** `<target>`, then its parameters up to the comma before the next link; commas and semicolons in quotes belong to the value. */
const linkPattern = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]*))?)*)/g;
const parameterPattern = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*)))?/g;

/**
 * Reads a Link header (RFC 8288, section 3): several links, several relations in one `rel`, values with and without
 * quotes. A second `rel` of a link does not count (section 3.3), nor do links from another resource, which have an
 * `anchor` (section 3.2).
 */
export function parseLinkHeader(header: string): readonly Link[] {
  return [...header.matchAll(linkPattern)].flatMap(([, target = '', parameters = '']) => {
    const read = readParameters(parameters);
    if (read.has('anchor')) return [];
    const relations = (read.get('rel') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    return [{ target: target.trim(), relations }];
  });
}

function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of text.matchAll(parameterPattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  return parameters;
}

/** The target of the first link with a relation, such as 'next'; undefined when there is none. */
export function linkWith(relation: string, header: string | undefined): string | undefined {
  return parseLinkHeader(header ?? '').find(({ relations }) => relations.includes(relation))?.target;
}
