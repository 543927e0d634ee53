import * as z from 'zod';
import type { Engine } from './engine.ts';
import { DynamoError, validationError } from './errors.ts';

const Named = z.looseObject({
  TableName: z.string(),
  Item: z.unknown().optional(),
  Key: z.unknown().optional(),
  ReturnValuesOnConditionCheckFailure: z.string().optional(),
});

/**
 * Does `work`; when its condition fails and the request asked for it, the refusal carries the item as it is.
 * @param raw the request as it came: dynalite's checked copy has lost the wish
 */
export async function revealing<Result>(
  engine: Engine,
  raw: unknown,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const request = Named.safeParse(raw);
  if (!request.success) return work();
  const { ReturnValuesOnConditionCheckFailure: wish, TableName, Item, Key } = request.data;
  if (wish !== undefined && wish !== 'ALL_OLD' && wish !== 'NONE')
    throw validationError(
      `1 validation error detected: Value '${wish}' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]`,
    );
  try {
    return await work();
  } catch (error) {
    if (wish !== 'ALL_OLD' || !isConditionFailure(error)) throw error;
    const item = engine.item(engine.table(TableName), Item ?? Key);
    if (item === undefined) throw error;
    throw new DynamoError(error.code, error.message, { Item: item });
  }
}

const isConditionFailure = (error: unknown): error is DynamoError =>
  error instanceof DynamoError && error.code === 'ConditionalCheckFailedException';
