import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { economyKey } from '#contract/keys.ts';
import type { Site } from './site.ts';

const Halt = z.object({ because: z.string() });

/** Nobody buys from now on; deals that are under way go to their end. Says whether it was this that halted. */
export async function halt(site: Site, because: string): Promise<boolean> {
  const { economyTable: TableName } = await site.place();
  const Item = { ...economyKey.switch('HALT'), v: 1, because, at: new Date().toISOString() };
  try {
    await site.dynamo.send(
      new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return (await haltedBecause(site)) === because;
  }
}

/** Takes back a halt that was made for this reason, and no other. */
export async function resume(site: Site, because: string): Promise<void> {
  if ((await haltedBecause(site)) !== because) return;
  const { economyTable: TableName } = await site.place();
  await site.dynamo.send(new DeleteCommand({ TableName, Key: economyKey.switch('HALT') }));
}

async function haltedBecause(site: Site): Promise<string | undefined> {
  const { economyTable: TableName } = await site.place();
  const Key = economyKey.switch('HALT');
  const { Item } = await site.dynamo.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return Halt.safeParse(Item).data?.because;
}
