import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AgentId } from '#contract/ids.ts';
import { economyKey } from '#contract/keys.ts';
import type { NickLeases } from '#core/ports/nick-leases.ts';

/** Item `NICKS / <agentId>`: owner, until (ms since the epoch), and `ttl` for the item of an agent that is no more. */
export class DynamoNickLeases implements NickLeases {
  readonly #documents: DynamoDBDocumentClient;
  readonly #options: { readonly table: string; readonly now: () => number };

  constructor(
    documents: DynamoDBDocumentClient,
    options: { readonly table: string; readonly now: () => number },
  ) {
    this.#documents = documents;
    this.#options = options;
  }

  async take(
    agentId: AgentId,
    { owner, ms }: { readonly owner: string; readonly ms: number },
  ): Promise<boolean> {
    const now = this.#options.now();
    const until = now + ms;
    return this.#unlessAnothers(
      new PutCommand({
        TableName: this.#options.table,
        Item: { ...economyKey.nick(agentId), owner, until, ttl: Math.ceil(until / 1000) + 86_400 },
        ConditionExpression: 'attribute_not_exists(pk) OR #owner = :owner OR #until < :now',
        ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
        ExpressionAttributeValues: { ':owner': owner, ':now': now },
      }),
    );
  }

  async free(agentId: AgentId, owner: string): Promise<void> {
    await this.#unlessAnothers(
      new DeleteCommand({
        TableName: this.#options.table,
        Key: economyKey.nick(agentId),
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      }),
    );
  }

  async #unlessAnothers(command: PutCommand | DeleteCommand): Promise<boolean> {
    try {
      await (command instanceof PutCommand
        ? this.#documents.send(command)
        : this.#documents.send(command));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
