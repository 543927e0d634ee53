import type { AgentId } from './ids.ts';
import type { Product } from './products.ts';
import type { X402Payment } from './x402.ts';

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
  /** `wallet` is the peer's. */
  peer: (agent: AgentId, wallet: string): Key => ({ pk: agentPk(agent), sk: `PEER#${wallet}` }),
  deal: (agent: AgentId, taskId: string): Key => ({ pk: agentPk(agent), sk: `DEAL#${taskId}` }),
  purchase: (agent: AgentId, product: Product, version: string): Key => ({
    pk: agentPk(agent),
    sk: `PURCHASE#${product}#${version}`,
  }),
  /** What it said and heard of late. */
  talk: (agent: AgentId): Key => ({ pk: agentPk(agent), sk: 'TALK' }),
  /** `ts` is an ISO time; `id` makes the entry unique within it. */
  inbox: (agent: AgentId, ts: string, id: string): Key => ({
    pk: agentPk(agent),
    sk: `INBOX#${ts}#${id}`,
  }),
  ledger: (agent: AgentId, id: string): Key => ({ pk: agentPk(agent), sk: `LEDGER#${id}` }),
  /** Running balances of the ledger, written with every entry. */
  balances: (agent: AgentId): Key => ({ pk: agentPk(agent), sk: 'BALANCES' }),
  beat: (agent: AgentId, beatId: string): Key => ({ pk: agentPk(agent), sk: `BEAT#${beatId}` }),
  /** A partition of its own: IAM cannot let an agent write one item of a partition that all share. */
  pulse: (agent: AgentId): Key => ({ pk: `PULSE#${agent}`, sk: 'PULSE' }),
  corpusVersion: (agent: AgentId): Key => ({ pk: `CORPUS#${agent}`, sk: 'VERSION' }),
  corpusSource: (agent: AgentId, source: string): Key => ({
    pk: `CORPUS#${agent}`,
    sk: `SOURCE#${source}`,
  }),
  /** Whose turn it is to rebuild the manifest. */
  corpusTurn: (agent: AgentId): Key => ({ pk: `CORPUS#${agent}`, sk: 'TURN' }),
  /** An upload that is being read again after its reader may have died of it; `id` says which upload. */
  corpusAttempt: (agent: AgentId, id: string): Key => ({
    pk: `CORPUS#${agent}`,
    sk: `ATTEMPT#${id}`,
  }),
  /** Who may not appear in what is made of the agent's logs. A partition of its own: people write it over IRC, and nothing else there. */
  corpusOptOuts: (agent: AgentId): Key => ({ pk: `OPTOUTS#${agent}`, sk: 'OPTOUTS' }),
  /** Which relay bears an agent's nick. */
  nick: (agent: AgentId): Key => ({ pk: 'NICKS', sk: agent }),
  rosterEntry: (agent: AgentId): Key => ({ pk: 'SWITCH', sk: `ROSTER#${agent}` }),
  /** While it is there, nobody spends. A partition of its own: who may halt may not say whose wallet is whose. */
  halt: (): Key => ({ pk: 'HALT', sk: 'HALT' }),
  seen: (room: string, id: string): Key => ({ pk: `SEEN#${room}`, sk: id }),
  /** A payment of the agent's whose end is not known yet; `id` is openPaymentId. */
  openPayment: (agent: AgentId, id: string): Key => ({ pk: agentPk(agent), sk: `X402#${id}` }),
  /** A sale over the storefront's direct door. */
  sale: ({
    network,
    asset,
    from,
    nonce,
  }: Omit<X402Payment, 'to' | 'amount' | 'validBefore'>): Key => ({
    pk: SALES,
    sk: `${network}#${asset}#${from}#${nonce}`,
  }),
} as const;

/**
 * The swarm's bucket of requests to somebody else's market. A partition of its own: agents write it, and IAM cannot let them write one
 * item of SWITCH without letting them write them all.
 */
export function bucketKey(market: 'em'): Key {
  return { pk: 'BUCKET', sk: market };
}

/** Partition of everything sold over the direct door. */
export const SALES = 'SALES';

/** Partition of everything that one agent alone writes; the storefront only adds open payments. */
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
  /** One open task among those that ask for a skill. */
  openWith: (skill: string, place: string): Key => ({ pk: `OPEN#${skill}`, sk: place }),
  /** When a publisher rejected for good. */
  majorRejects: (publisher: string): Key => ({ pk: `REJECTS#${publisher}`, sk: 'REJECTS' }),
  /** How often somebody came within one window of time. */
  counter: (name: string, window: number): Key => ({ pk: `LIMIT#${name}`, sk: String(window) }),
  ban: (ip: string): Key => ({ pk: `BAN#${ip}`, sk: 'BAN' }),
  nonce: (room: string, nonce: string): Key => ({ pk: `NONCE#${room}#${nonce}`, sk: 'NONCE' }),
  /** Who may send with the facilitator's key just now. */
  facilitatorLease: (): Key => ({ pk: 'FACILITATOR', sk: 'LEASE' }),
  /** A transaction that was sent and not yet seen mined; `id` is of the scheme's own making. */
  facilitatorPending: (id: string): Key => ({ pk: 'FACILITATOR', sk: `PENDING#${id}` }),
} as const;

/** Partition of index `open`. */
export const OPEN_TASKS = 'OPEN';
/** Partition of index `due`. */
export const DUE_TASKS = 'DUE';

/**
 * Where bytes of a growing log stand: `generation` tells one life of the file from the next (its first line's hash, 16 hex digits),
 * `offset` is in bytes from the beginning of that life.
 */
export interface LogBatch {
  readonly source: string;
  readonly generation: string;
  readonly offset: number;
}

/** The logical source of all batches of one life of a file: `full.txt/@1f0e9a...`. */
export function batchSource({ source, generation }: Omit<LogBatch, 'offset'>): string {
  return `${source}/@${generation}`;
}

/** Path under `<agent>/logs/` of one batch: `full.txt/@1f0e9a...-0000000000012345`; names sort by offset. */
export function batchPath(batch: LogBatch): string {
  return `${batchSource(batch)}-${String(batch.offset).padStart(16, '0')}`;
}

/** Undefined for paths that are no batch. */
export function batchOf(path: string): LogBatch | undefined {
  const [, source, generation, offset] = /^(.+)\/@([0-9a-f]{16})-(\d{16})$/s.exec(path) ?? [];
  if (source === undefined || generation === undefined) return undefined;
  return { source, generation, offset: Number(offset) };
}

/** Keys in the data bucket; everything of an agent lies under its own prefix. */
export const objectKey = {
  log: (agent: AgentId, path: string): string => `${agent}/logs/${path}`,
  corpus: (agent: AgentId, path: string): string => `${agent}/corpus/${path}`,
  quarantine: (agent: AgentId, path: string): string => `${agent}/quarantine/${path}`,
  /** `path` is `<version>/<file>`. */
  product: (agent: AgentId, product: Product, path: string): string =>
    `${agent}/products/${product}/${path}`,
  /** What a refiner remembers of messages, to make its next version of: a file for each calendar year, `<year>.ndjson.zst`. */
  state: (agent: AgentId, product: Product, file: string): string =>
    `${agent}/states/${product}/${file}`,
  purchase: (agent: AgentId, taskId: string, file: string): string =>
    `${agent}/purchases/${taskId}/${file}`,
  /** `file` is `delivery.json`, or goods that were made for this deal alone; all of it is forgotten after `DELIVERY_DAYS`. */
  delivery: (agent: AgentId, taskId: string, file = 'delivery.json'): string =>
    `${agent}/deliveries/${taskId}/${file}`,
  /** The coordinator's report of one UTC day, `YYYY-MM-DD`. */
  report: (agent: AgentId, day: string): string => `${agent}/reports/${day}.md`,
  /** A signed verdict. */
  verdict: (agent: AgentId, id: string): string =>
    `${agent}/products/validation/${id}/verdict.json`,
  sketches: (agent: AgentId, product: Product): string =>
    `${agent}/products/validation/sketches/${product}.json`,
  /** The manifest of what is sold at the direct door now: the newest version under pseudonyms. */
  newest: (agent: AgentId, product: Product): string => `${agent}/products/${product}/newest.json`,
} as const;

/** Name in Secrets Manager of one wallet: `{ "privateKey": "0x..." }`. */
export function walletSecretName(stage: string, owner: string): string {
  return `economia-viva/${stage}/wallet/${owner}`;
}

/** Name in Secrets Manager of what a stage's wallets are derived from: `{ "mnemonic": "..." }`. No room may read it. */
export function seedSecretName(stage: string): string {
  return `economia-viva/${stage}/seed`;
}

/** While a wallet is being replaced: the one that comes, and afterwards the one that was; like a wallet's secret. */
export function replacedSecretName(stage: string, owner: string, which: 'next' | 'before'): string {
  return `economia-viva/${stage}/wallet-${which}/${owner}`;
}
