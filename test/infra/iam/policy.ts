import * as z from 'zod';

const Many = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
const Values = z
  .union([
    z.string(),
    z.boolean(),
    z.number(),
    z.array(z.union([z.string(), z.boolean(), z.number()])),
  ])
  .transform((given) => [given].flat().map(String));
const Principals = z.union([
  z.literal('*').transform((): Record<string, string[]> => ({ '*': ['*'] })),
  z.record(z.string(), Many),
]);

/** A statement: exactly one of each pair `Action`/`NotAction`, at most one of `Resource`/`NotResource`; what it does not know, it refuses. */
const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: Many.optional(),
    NotAction: Many.optional(),
    Resource: Many.optional(),
    NotResource: Many.optional(),
    Principal: Principals.optional(),
    NotPrincipal: z.never({ error: 'NotPrincipal is not evaluated here' }).optional(),
    Condition: z.record(z.string(), z.record(z.string(), Values)).default({}),
  })
  .refine(({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined), {
    error: 'one of Action and NotAction',
  })
  .refine(({ Resource, NotResource }) => Resource === undefined || NotResource === undefined, {
    error: 'one of Resource and NotResource',
  });

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export const Policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([Statement, z.array(Statement)]).transform((given) => [given].flat()),
});

export type Policy = z.output<typeof Policy>;
export type Statement = Policy['Statement'][number];
