import type { AgentId } from './ids.ts';
import type { Product } from './products.ts';

/** One item's key in either table: partition `pk`, sort `sk`. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Keys of table `economy` (design section 4): partitions are exact, so that IAM can pin them. */
export const economyKey = {
  state: (agent: AgentId): Key => ({ pk: agentPk(agent), sk: 'STATE' }),
  lease: (agent: AgentId): Key => ({ pk: agentPk(agent), sk: 'LEASE' }),
  /** `day` is `YYYY-MM-DD`, UTC. */
  budget: (agent: AgentId, day: string): Key => ({ pk: agentPk(agent), sk: `BUDGET#${day}` }),
  intent: (agent: AgentId, id: string): Key => ({ pk: agentPk(agent), sk: `INTENT#${id}` }),
  deal: (agent: AgentId, taskId: string): Key => ({ pk: agentPk(agent), sk: `DEAL#${taskId}` }),
  purchase: (agent: AgentId, product: Product, version: string): Key => ({
    pk: agentPk(agent),
    sk: `PURCHASE#${product}#${version}`,
  }),
  cooldown: (agent: AgentId, topic: string): Key => ({
    pk: agentPk(agent),
    sk: `COOLDOWN#${topic}`,
  }),
  /** `ts` is an ISO time; `id` makes the entry unique within it. */
  inbox: (agent: AgentId, ts: string, id: string): Key => ({
    pk: agentPk(agent),
    sk: `INBOX#${ts}#${id}`,
  }),
  ledger: (agent: AgentId, id: string): Key => ({ pk: agentPk(agent), sk: `LEDGER#${id}` }),
  beat: (agent: AgentId, beatId: string): Key => ({ pk: agentPk(agent), sk: `BEAT#${beatId}` }),
  pulse: (agent: AgentId): Key => ({ pk: 'PULSE', sk: agent }),
  corpusVersion: (agent: AgentId): Key => ({ pk: `CORPUS#${agent}`, sk: 'VERSION' }),
  corpusSource: (agent: AgentId, source: string): Key => ({
    pk: `CORPUS#${agent}`,
    sk: `SOURCE#${source}`,
  }),
  rosterEntry: (agent: AgentId): Key => ({ pk: 'SWITCH', sk: `ROSTER#${agent}` }),
  switch: (name: 'HALT'): Key => ({ pk: 'SWITCH', sk: name }),
  seen: (room: string, id: string): Key => ({ pk: `SEEN#${room}`, sk: id }),
} as const;

/** Partition of everything that one agent alone writes. */
export function agentPk(agent: AgentId): string {
  return `AGENT#${agent}`;
}

/**
 * Keys of table `market` as its room uses it (`layers/contract/market-table.ts` has the indexes). `room` keeps the nonces of
 * several rooms apart: a signature is for one authority only.
 */
export const marketKey = {
  task: (taskId: string): Key => ({ pk: `TASK#${taskId}`, sk: 'TASK' }),
  application: (taskId: string, executorId: string): Key => ({
    pk: `TASK#${taskId}`,
    sk: `APPLICATION#${executorId}`,
  }),
  submission: (id: string): Key => ({ pk: `SUBMISSION#${id}`, sk: 'SUBMISSION' }),
  executor: (id: string): Key => ({ pk: `EXECUTOR#${id}`, sk: 'EXECUTOR' }),
  /** Which task a locking transaction pays for: one lock, one task. */
  lock: (tx: string): Key => ({ pk: `LOCK#${tx}`, sk: 'LOCK' }),
  nonce: (room: string, nonce: string): Key => ({ pk: `NONCE#${room}#${nonce}`, sk: 'NONCE' }),
  /** Who may send with the facilitator's key just now. */
  facilitatorLease: (): Key => ({ pk: 'FACILITATOR', sk: 'LEASE' }),
} as const;

/** Partition of index `open`. */
export const OPEN_TASKS = 'OPEN';

/** Keys in the data bucket; everything of an agent lies under its own prefix. */
export const objectKey = {
  log: (agent: AgentId, path: string): string => `${agent}/logs/${path}`,
  corpus: (agent: AgentId, path: string): string => `${agent}/corpus/${path}`,
  quarantine: (agent: AgentId, path: string): string => `${agent}/quarantine/${path}`,
  /** `path` is `<version>/<file>`. */
  product: (agent: AgentId, product: Product, path: string): string =>
    `${agent}/products/${product}/${path}`,
  purchase: (agent: AgentId, taskId: string, file: string): string =>
    `${agent}/purchases/${taskId}/${file}`,
  delivery: (agent: AgentId, taskId: string): string =>
    `${agent}/deliveries/${taskId}/delivery.json`,
} as const;

/** Name in Secrets Manager of one wallet: `{ "privateKey": "0x..." }`. */
export function walletSecretName(stage: string, owner: string): string {
  return `economia-viva/${stage}/wallet/${owner}`;
}
