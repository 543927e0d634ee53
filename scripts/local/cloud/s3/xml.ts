const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
};

/** Text, or elements in order; undefined members are left out, arrays repeat their element. */
export type Xml =
  | string
  | number
  | boolean
  | { readonly [name: string]: Xml | readonly Xml[] | undefined };

/** A whole document with the S3 namespace on its root. */
export const document = (root: string, content: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner(content)}</${root}>`;

/** Errors carry no namespace. */
export const errorDocument = (content: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner(content)}</Error>`;

/** The contents of every `<name>` in `xml`: enough for the two flat documents that S3 takes. */
export function elements(xml: string, name: string): readonly string[] {
  const element = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g');
  return [...xml.matchAll(element)].map(([, content = '']) => content);
}

/** The text of the first `<name>`. */
export function text(xml: string, name: string): string | undefined {
  return elements(xml, name)[0]?.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, unescape);
}

function inner(content: Xml): string {
  if (typeof content !== 'object') return escape(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) =>
      [value ?? []].flat().map((one: Xml) => `<${name}>${inner(one)}</${name}>`),
    )
    .join('');
}

// beyond the five: XML 1.0 readers turn a raw carriage return into a newline
const escape = (raw: string): string =>
  raw.replace(/[&<>"\r]/g, (character) => `&#${String(character.charCodeAt(0))};`);

function unescape(whole: string, ...[decimal, hex, name]: (string | undefined)[]): string {
  if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
  return ENTITIES[name ?? ''] ?? whole;
}
