import type { Objects } from '../ports/objects.ts';

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** A JSON object of the corpus; undefined when it is not there. */
export async function readDocument(key: string, objects: Objects): Promise<unknown> {
  const bytes = await objects.read(key, MAX_DOCUMENT_BYTES);
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}
