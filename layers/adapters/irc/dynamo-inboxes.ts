import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AgentId } from '#contract/ids.ts';
import type { InboxEntry } from '#contract/irc-line.ts';
import { economyKey } from '#contract/keys.ts';
import type { Inboxes } from '#core/ports/inboxes.ts';

const KEPT_SECONDS = 7 * 24 * 3600;

/** Inbox entries in table `economy`; `ttl` (epoch seconds) lets each go after seven days. */
export class DynamoInboxes implements Inboxes {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(documents: DynamoDBDocumentClient, table: string) {
    this.#documents = documents;
    this.#table = table;
  }

  async put(agentId: AgentId, entry: InboxEntry): Promise<boolean> {
    const ttl = Math.floor(Date.parse(entry.ts) / 1000) + KEPT_SECONDS;
    try {
      await this.#documents.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...economyKey.inbox(agentId, entry.ts, entry.id), ...entry, ttl },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
