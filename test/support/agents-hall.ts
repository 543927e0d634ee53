import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { type Book, Books } from '#adapters/dynamodb/books.ts';
import { MemoryAgents } from '#adapters/memory/agents.ts';
import type { AgentId } from '#contract/ids.ts';
import { economyKey } from '#contract/keys.ts';
import type { Agents, Lease } from '#core/ports/agents.ts';
import { agentId, NOW } from './builders.ts';
import { type EconomyTable, openEconomyTable } from './economy-table.ts';

/** What an economy remembers its agents by. */
export type Memory = Agents & Pick<MemoryAgents, 'enrol' | 'halt' | 'book'>;

export const UNTIL = new Date(NOW.getTime() + 60_000);

/** Where agents remember, and the owner's view of it. */
export interface Hall {
  readonly agents: Memory;
  readonly close: () => Promise<void>;
}

export interface DynamoHall extends Hall, Pick<EconomyTable, 'client' | 'table'> {}

/** On a local DynamoDB. */
export async function dynamoHall(): Promise<DynamoHall> {
  const { client, table, close } = await openEconomyTable();
  const books = new Books(client, table);
  class Agents extends DynamoAgents {
    async halt(isHalted: boolean): Promise<void> {
      const Key = economyKey.halt();
      await (isHalted
        ? client.send(new PutCommand({ TableName: table, Item: { ...Key } }))
        : client.send(new DeleteCommand({ TableName: table, Key })));
    }
    book(agent: AgentId): Promise<Book> {
      return books.of(agent);
    }
  }
  return { agents: new Agents(client, table), client, table, close };
}

export function memoryHall(): Promise<Hall> {
  return Promise.resolve({ agents: new MemoryAgents(), close: () => Promise.resolve() });
}

interface Stage extends Pick<Hall, 'agents'> {
  readonly me: AgentId;
  readonly take: (owner?: string, now?: Date, until?: Date) => Promise<Lease | undefined>;
  /** The same where the lease must be free. */
  readonly taken: (owner?: string, now?: Date, until?: Date) => Promise<Lease>;
}

/** One hall, and for each test an agent that no other test has touched in it. */
export function useHall(open: () => Promise<Hall>): Stage {
  const cast = ['kk-skill-extractor', 'kk-soul-extractor', 'kk-karma-hello', 'kk-juanjumagalp'];
  let hall: Hall | undefined;
  let turn = -1;
  beforeAll(async () => {
    hall = await open();
  });
  afterAll(() => hall?.close());
  beforeEach(async () => {
    turn += 1;
    if (turn === 0 || turn % cast.length > 0) return;
    await hall?.close();
    hall = await open();
  });
  const stage: Stage = {
    get agents() {
      if (hall === undefined) throw new Error('The hall opens before the first test.');
      return hall.agents;
    },
    get me() {
      return agentId(cast[turn % cast.length] ?? '');
    },
    take: (owner = 'owner', now = NOW, until = UNTIL) =>
      stage.agents.takeLease(stage.me, { owner, now, until }),
    taken: async (...term) => {
      const lease = await stage.take(...term);
      if (lease === undefined) throw new Error('The lease is not free.');
      return lease;
    },
  };
  return stage;
}
