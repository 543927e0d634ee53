import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { AgentState, Intent } from '#contract/agent-state.ts';
import { Deal } from '#contract/deal.ts';
import type { AgentId, TaskId } from '#contract/ids.ts';
import { agentPk, economyKey } from '#contract/keys.ts';
import type { Account, Accounts } from '#core/ports/accounts.ts';
import { readBalances } from './balances.ts';

const OpenPayment = z.object({ isBooked: z.boolean() });

/** Agents as they stand in table `economy`, read and never written. What it reads grows with what is open, not with what was ever done. */
export class DynamoAccounts implements Accounts {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async of(agentId: AgentId): Promise<Account> {
    const stored = await this.#get(economyKey.state(agentId));
    const state = stored && AgentState.parse(stored);
    const intents: Intent[] = [];
    for await (const item of this.#rows(agentId, 'INTENT#')) intents.push(Intent.parse(item));
    let openPayments = 0;
    for await (const item of this.#rows(agentId, 'X402#'))
      if (!OpenPayment.parse(item).isBooked) openPayments += 1;
    return {
      agentId,
      intents,
      deals: await this.#deals(agentId, state?.open ?? []),
      openPayments,
      balances:
        state?.isOpened === true
          ? await readBalances({ client: this.#client, table: this.#table }, agentId)
          : undefined,
    };
  }

  async #deals(agentId: AgentId, open: readonly TaskId[]): Promise<Deal[]> {
    const items = await Promise.all(
      open.map((taskId) => this.#get(economyKey.deal(agentId, taskId))),
    );
    return items.filter((item) => item !== undefined).map((item) => Deal.parse(item));
  }

  async #get(key: { readonly pk: string; readonly sk: string }) {
    const command = new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    return (await this.#client.send(command)).Item;
  }

  async *#rows(agentId: AgentId, prefix: string): AsyncIterable<Record<string, unknown>> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': agentPk(agentId), ':prefix': prefix },
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) yield* Items;
  }
}
