import fc from 'fast-check';
import * as z from 'zod';

type Schema = z.core.JSONSchema.BaseSchema;
type Part = z.core.JSONSchema._JSONSchema;

/** Longer texts than this find nothing more. */
const LONG = 60;

/** Bodies that a request schema takes, now and then one with something wrong in it. */
export function bodiesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const good = valueOf(json);
  return fc.oneof({ weight: 7, arbitrary: good }, { weight: 3, arbitrary: damaged(good) });
}

/** Values that break parsers, storage and arithmetic. */
export const nasty: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, '', '0x', '\ud800', '__proto__', -1, 1e21, 2 ** 53, 1e-300, [], {}, true),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The same with a member lost, changed or added; or something else altogether. */
function damaged(good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const changed = fc
    .tuple(good, fc.nat(), nasty, fc.constantFrom('lose', 'change', 'add'))
    .map(([body, at, value, how]) => {
      const members = Object.entries(z.record(z.string(), z.unknown()).safeParse(body).data ?? {});
      const [name = 'x'] = members[at % Math.max(1, members.length)] ?? [];
      const others = members.filter(([other]) => other !== name);
      if (how === 'lose') return Object.fromEntries(others);
      if (how === 'change') return Object.fromEntries([...others, [name, value]]);
      return Object.fromEntries([...members, ['surplus', value]]);
    });
  return fc.oneof({ weight: 5, arbitrary: changed }, { weight: 1, arbitrary: nasty });
}

const OF_TYPE: Readonly<Record<string, (schema: Schema) => fc.Arbitrary<unknown>>> = {
  string: textOf,
  integer: (schema) =>
    fc.integer({ min: lowest(schema, 1), max: Math.min(schema.maximum ?? 1e6, 1e9) }),
  number: (schema) =>
    fc.double({ min: lowest(schema, 0.01), max: schema.maximum ?? 1e6, noNaN: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items, minItems = 0, maxItems = 3 }) =>
    fc.array(valueOf(Array.isArray(items) ? true : (items ?? true)), {
      minLength: minItems,
      maxLength: Math.min(maxItems, 5),
    }),
  object: objectOf,
};

/** As much of JSON Schema as our request schemas use. */
function valueOf(schema: Part): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 3 });
  if (typeof schema === 'boolean') return anything;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  return OF_TYPE[String(schema.type)]?.(schema) ?? anything;
}

function objectOf({ properties, required = [] }: Schema): fc.Arbitrary<unknown> {
  if (!properties) return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)]),
  );
  return fc.record(members, { requiredKeys: [...required] });
}

function textOf({ pattern, minLength = 0, maxLength = LONG }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const most = Math.max(minLength, Math.min(maxLength, LONG));
  return fc.string({ unit: 'grapheme', minLength, maxLength: most });
}

function lowest({ minimum, exclusiveMinimum }: Schema, step: number): number {
  if (minimum !== undefined) return minimum;
  return typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : -1e6;
}
