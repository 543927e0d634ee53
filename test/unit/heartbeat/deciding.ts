import type { Deal, Purchase } from '#contract/deal.ts';
import type { Product } from '#contract/products.ts';
import { agentOf } from '#contract/roster.ts';
import { decide } from '#core/heartbeat/decide.ts';
import type { Snapshot } from '#core/ports/agents.ts';
import {
  AT,
  agentId,
  aPurchase,
  aSnapshot,
  aWorld,
  GENERATION,
  NOW,
  saltOf,
  walletOf,
} from '../../support/builders.ts';

export const CONSUMER = agentId('kk-juanjumagalp');
export const SOUL = agentId('kk-soul-extractor');
const moment = { now: NOW, salt: () => saltOf(7) };

export function decided(
  who: string,
  snapshot: Snapshot,
  { at = NOW, ...world }: Parameters<typeof aWorld>[0] & { at?: Date } = {},
) {
  const self = walletOf(agentId(who));
  const seen = { world: aWorld({ self, ...world }), moment: { ...moment, now: at } };
  const { change, refusals } = decide(agentOf(who), snapshot, seen);
  return { change, refusals, intents: (change.intents ?? []).map(({ id }) => id) };
}

export function holding(deals: readonly Deal[], over: Partial<Snapshot> = {}): Snapshot {
  return aSnapshot({ deals: new Map(deals.map((deal) => [deal.taskId, deal])), ...over });
}

export function owned(...products: Product[]): Purchase[] {
  return products.map((product) => aPurchase({ product, state: 'bought' }));
}

export const cycle = { generation: GENERATION, startedAt: AT };
const goods = { generation: GENERATION, version: 'v1', records: 2000 };
export const shelf = { raw_logs: goods, user_stats: goods, topic_map: goods };
