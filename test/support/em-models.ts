import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** JSON Schemas that Execution Market's own models gave; they stay where they are (`facts/execution-market.md`). */
const FILE = new URL('../../../shared/facts/em-models.schema.json', import.meta.url);

export const areModelsThere = existsSync(FILE);
if (!areModelsThere)
  process.stderr.write(`SKIPPED: no schemas of Execution Market at ${FILE.pathname}\n`);

export type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

const models = areModelsThere
  ? z.record(z.string(), z.custom<JsonSchema>()).parse(JSON.parse(readFileSync(FILE, 'utf8')))
  : {};

export function jsonSchemaOf(name: string): JsonSchema {
  const found = models[name];
  if (found === undefined) throw new Error(`Execution Market has no model ${name}.`);
  return found;
}

/** What is wrong with this value by that model; undefined when nothing is. */
export function flawIn(name: string, value: unknown): string | undefined {
  const parsed = z.fromJSONSchema(jsonSchemaOf(name)).safeParse(value);
  return parsed.success ? undefined : `${name}: ${z.prettifyError(parsed.error)}`;
}
