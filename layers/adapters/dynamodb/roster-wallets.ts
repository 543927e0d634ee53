import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Address, type AgentId } from '#contract/ids.ts';
import { economyKey } from '#contract/keys.ts';

const Entry = z.object({ address: Address });

/** Reads whose wallet is whose, as the owner wrote it (`SWITCH / ROSTER#<id>`). */
export class RosterWallets {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Undefined for an agent that has no wallet yet. */
  async of(agentId: AgentId): Promise<Address | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: economyKey.rosterEntry(agentId) }),
    );
    return Entry.safeParse(Item).data?.address;
  }
}
