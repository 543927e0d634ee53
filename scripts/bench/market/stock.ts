import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { listingOf, taskItem } from '#adapters/dynamodb/market/items.ts';
import { Address, TaskId } from '#contract/ids.ts';
import { opened } from '#core/exchange/listing.ts';

/** Tasks whose items, with their place on their skill's list, BatchWriteItem takes at once. */
const AT_ONCE = 12;
const REQUEST = {
  title: '[KK Request] Stock',
  instructions: 'One of very many bounties that a benchmark lays in the table.',
  category: 'data_processing',
  bounty_usd: 0.01,
  deadline_hours: 24,
  evidence_required: ['json_response'],
  payment_token: 'USDC',
  payment_network: 'base-sepolia',
  min_reputation: 0,
} as const;

/** Open tasks from number `from` up to `to`, written as the market writes them but by the dozen. */
export async function layTasks(
  dynamo: DynamoDBDocumentClient,
  table: string,
  { from, to, skill }: { readonly from: number; readonly to: number; readonly skill: string },
): Promise<void> {
  for (let first = from; first < to; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, i) => first + i);
    const puts = numbers.flatMap((number) => itemsOf(number, skill));
    await dynamo.send(
      new BatchWriteCommand({
        RequestItems: { [table]: puts.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  }
}

function itemsOf(number: number, skill: string): Record<string, unknown>[] {
  const digits = number.toString(16).padStart(12, '0');
  const task = opened(
    { ...REQUEST, evidence_required: [...REQUEST.evidence_required], skills_required: [skill] },
    {
      id: TaskId.parse(`5eed0000-0000-4000-8000-${digits}`),
      publisher: Address.parse(`0x${(number % 1000).toString(16).padStart(40, 'b')}`),
      network: REQUEST.payment_network,
      now: new Date(),
    },
  );
  if (!task.ok) throw new Error(`The market would not take this: ${task.refusal.detail}`);
  const { id: taskId } = task.value;
  const pointers = listingOf(task.value).keys.map((key) => ({ ...key, v: 1, taskId }));
  return [taskItem(task.value), ...pointers];
}
