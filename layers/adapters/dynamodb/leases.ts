import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AgentId } from '#contract/ids.ts';
import { economyKey } from '#contract/keys.ts';
import type { Agents, Lease } from '#core/ports/agents.ts';

const MAX_TURNS = 10;
const names = { '#owner': 'owner', '#until': 'until', '#again': 'again', '#fence': 'fence' };
const Held = z.object({ owner: z.string(), fence: z.number(), again: z.boolean() });

/** Item `AGENT#<id> / LEASE`: owner, until (ms since the epoch, 0 when free), fence, again. */
export class Leases {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async take(
    agentId: AgentId,
    { owner, now, until }: Parameters<Agents['takeLease']>[1],
  ): Promise<Lease | undefined> {
    // between our two writes the holder may let go: then the lease is free after all
    for (let attempt = 0; attempt < MAX_TURNS; attempt += 1) {
      const taken = await this.#update(agentId, {
        UpdateExpression: 'SET #owner = :owner, #until = :until, #again = :no ADD #fence :one',
        ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ':owner': owner,
          ':until': until.getTime(),
          ':now': now.getTime(),
          ':no': false,
          ':one': 1,
        },
        ReturnValues: 'ALL_NEW',
      });
      if (taken.ok) return { agentId, owner, fence: Held.parse(taken.item).fence };
      const left = await this.#update(agentId, {
        UpdateExpression: 'SET #again = :yes',
        ConditionExpression: '#until >= :now',
        ExpressionAttributeNames: { '#again': 'again', '#until': 'until' },
        ExpressionAttributeValues: { ':yes': true, ':now': now.getTime() },
      });
      if (left.ok) return undefined;
    }
    throw new Error(
      `The lease of ${agentId} changed hands ${MAX_TURNS} times while it was asked for.`,
    );
  }

  async letGo(lease: Lease): Promise<'gone' | 'again' | 'lost'> {
    const { agentId, owner, fence } = lease;
    const values = { ':owner': owner, ':fence': fence, ':no': false };
    const released = await this.#update(agentId, {
      UpdateExpression: 'SET #until = :zero',
      ConditionExpression: '#owner = :owner AND #fence = :fence AND #again = :no',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ...values, ':zero': 0 },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    if (released.ok) return 'gone';
    const held = Held.safeParse(released.item).data;
    if (held?.owner !== owner || held.fence !== fence) return 'lost';
    const kept = await this.#update(agentId, {
      UpdateExpression: 'SET #again = :no',
      ConditionExpression: '#owner = :owner AND #fence = :fence',
      ExpressionAttributeNames: { '#owner': 'owner', '#fence': 'fence', '#again': 'again' },
      ExpressionAttributeValues: values,
    });
    return kept.ok ? 'again' : 'lost';
  }

  async #update(
    agentId: AgentId,
    input: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>,
  ): Promise<{ readonly ok: boolean; readonly item: unknown }> {
    try {
      const command = new UpdateCommand({
        ...input,
        TableName: this.#table,
        Key: economyKey.lease(agentId),
      });
      return { ok: true, item: (await this.#client.send(command)).Attributes };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { ok: false, item: error.Item && unmarshallItem(error.Item) };
    }
  }
}

/** lib-dynamodb does not unmarshall the item of a failed condition. */
function unmarshallItem(item: NonNullable<ConditionalCheckFailedException['Item']>): unknown {
  return { owner: item['owner']?.S, fence: Number(item['fence']?.N), again: item['again']?.BOOL };
}
