import * as z from 'zod';

/** Shapes by name, each with what it is of. */
export type Published = Readonly<Record<string, readonly [z.ZodType, string]>>;

/** File names below `docs/schemas`, with their text: JSON Schema, draft 2020-12. Writers may add fields later, so readers allow them. */
export function schemaFiles(published: Published): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(published).map(([name, [schema, description]]) => {
      const json = z.toJSONSchema(schema, { io: 'input' });
      const text = JSON.stringify({ ...json, title: name, description }, undefined, 2);
      return [`${name}.schema.json`, `${text}\n`];
    }),
  );
}
