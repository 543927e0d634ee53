import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AgentState, Intent, LedgerEntry } from '#contract/agent-state.ts';
import { Deal, Purchase } from '#contract/deal.ts';
import type { AgentId } from '#contract/ids.ts';
import { agentPk } from '#contract/keys.ts';
import { Peer } from '#contract/peer.ts';
import { withoutPlace } from '#contract/stored.ts';

/** All that one agent has written down. */
export interface Book {
  readonly state: AgentState | undefined;
  readonly deals: readonly Deal[];
  readonly purchases: readonly Purchase[];
  readonly peers: readonly Peer[];
  readonly intents: readonly Intent[];
  readonly entries: readonly LedgerEntry[];
}

/** The owner's view into table `economy`, for reports and command lines; it writes nothing. */
export class Books {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async of(agentId: AgentId): Promise<Book> {
    const items = await this.#query(agentPk(agentId));
    const like = <T>(prefix: string, schema: { readonly parse: (item: unknown) => T }): T[] =>
      items
        .filter(({ sk }) => sk.startsWith(prefix))
        .map((item) => schema.parse(withoutPlace(item)));
    return {
      state: like('STATE', AgentState)[0],
      deals: like('DEAL#', Deal),
      purchases: like('PURCHASE#', Purchase),
      peers: like('PEER#', Peer),
      intents: like('INTENT#', Intent),
      entries: like('LEDGER#', LedgerEntry).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    };
  }

  async #query(pk: string): Promise<z.infer<typeof Keyed>[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      },
    );
    const items: z.infer<typeof Keyed>[] = [];
    for await (const page of pages)
      items.push(...(page.Items ?? []).map((item) => Keyed.parse(item)));
    return items;
  }
}

const Keyed = z.looseObject({ sk: z.string() });
