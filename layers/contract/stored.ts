import * as z from 'zod';

/**
 * `v` of a stored item. What a later version means is not known here, so it is refused before anything is written over it: a rollback of
 * code loses no data. A schema accepts the version before by `z.union([earlier, now])` and an upgrade, for as long as items of it may lie about.
 */
export function version<const N extends number>(now: N) {
  return z.literal(now, {
    error: ({ input }) =>
      typeof input === 'number' && input > now
        ? `This item is of version ${input} and this code knows version ${now}: deploy the newer code again. Nothing was overwritten.`
        : `This item is of version ${String(input)} and this code knows version ${now}: run \`viva migrate\`.`,
  });
}

/**
 * A schema of items that are read, changed and written back whole: fields that later code has added to the same version stay as they are.
 * Its type does not name them.
 */
export function stored<S extends z.ZodObject>(schema: S): S;
export function stored(schema: z.ZodObject): z.ZodObject {
  return schema.loose();
}

/** A stored item without the attributes that place it in its table: keys of table and indexes (`...Pk`, `...Sk`), and the end of its life. */
export function withoutPlace(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).filter(([name]) => !/^(pk|sk|ttl)$|[a-z](Pk|Sk)$/.test(name)),
  );
}
