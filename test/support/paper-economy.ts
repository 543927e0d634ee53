import { MemoryAgents } from '#adapters/memory/agents.ts';
import type { BuyDeal } from '#contract/deal.ts';
import { type AgentId, Hex, type TxHash } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import type { ProductManifest } from '#contract/products.ts';
import { type BeatReport, beat, type Pacemaker } from '#core/heartbeat/beat.ts';
import type { Goods, Inspection } from '#core/ports/goods.ts';
import type { Identities } from '#core/ports/identities.ts';
import type { Market } from '#core/ports/market.ts';
import type { EscrowAuthorization } from '#core/ports/wallet.ts';
import type { Memory } from './agents-hall.ts';
import {
  AT,
  aCorpus,
  GENERATION,
  NOW,
  network,
  saltOf,
  someEvidence,
  WALLETS,
  walletOf,
} from './builders.ts';
import { PaperChain } from './paper-chain.ts';
import { PaperMarket } from './paper-market.ts';

export const PURSE = 1_000_000n;
const TICK_MS = 600_000;
const LEASE_MS = 60_000;

const unidentified = () =>
  Promise.resolve({
    ok: false,
    error: { kind: 'unidentified', status: 403, reason: 'identity_required' },
  } as const);
const STRANGER: Pick<Market, 'publish' | 'apply'> = { publish: unidentified, apply: unidentified };

/** What a test may do at every call that a beat makes through a port. */
export type Watch = (call: string, agentId: AgentId) => Promise<void> | void;

/** An economy without a world: memory, market, chain and goods on paper, one clock. */
export class PaperEconomy {
  #ms = NOW.getTime();
  #salts = 0;
  #beats = 0;
  readonly now = (): Date => new Date(this.#ms);
  readonly agents: Memory;
  readonly chain = new PaperChain(this.now);
  readonly market = new PaperMarket(this.chain, this.now);
  identities: { -readonly [K in keyof Identities]: Identities[K] } = {
    own: () => Promise.resolve(7n),
    standingOf: () => Promise.resolve(undefined),
  };
  /** The market believes nobody's identity. */
  isUnknown = false;
  /** What was paid over direct doors, by nonce. */
  readonly paid = new Map<string, TxHash>();
  readonly lines = new Map<string, IrcLine>();
  readonly wakeUps: string[] = [];
  /** By UTC day. */
  readonly reports = new Map<string, string>();
  generation = GENERATION;
  /** No goods can be made of this one. */
  lost = '';
  records = 2000;
  /** What a buyer makes of a delivery. */
  verdict: (deal: BuyDeal) => Inspection | 'unreachable' = ({ product, generation }) => ({
    kind: 'good',
    evidence: someEvidence({
      product,
      inputs: [{ product: 'corpus', version: generation.padEnd(64, '0') }],
    }),
    score: 95,
  });

  private constructor(agents: Memory) {
    this.agents = agents;
  }

  static async open(agents: Memory = new MemoryAgents()): Promise<PaperEconomy> {
    const economy = new PaperEconomy(agents);
    for (const [address, id] of WALLETS) {
      await economy.agents.enrol(id, address);
      economy.chain.fund(address, PURSE);
    }
    return economy;
  }

  /** So long nothing happens. */
  skip(ms: number): void {
    this.#ms += ms;
  }

  /** One beat of one agent, a tick later than the last; `watch` sees every call before it is made. */
  async beat(
    agentId: AgentId,
    over: {
      readonly watch?: Watch | undefined;
      readonly beatId?: string;
      readonly hasTime?: () => boolean;
      /** No tick has passed: leases still hold. */
      readonly early?: boolean;
    } = {},
  ): Promise<BeatReport> {
    this.#ms += over.early === true ? 1 : TICK_MS;
    this.#beats += 1;
    const maker = this.#maker(agentId, `owner-${this.#beats}`);
    return beat(
      { agentId, beatId: over.beatId ?? `beat-${this.#beats}` },
      {
        ...watched(maker, over.watch && ((call) => over.watch?.(call, agentId))),
        hasTime: over.hasTime ?? (() => true),
      },
    );
  }

  #maker(agentId: AgentId, owner: string): Pacemaker {
    const self = walletOf(agentId);
    const salt = () => saltOf((this.#salts += 1));
    return {
      agents: this.agents,
      market: this.isUnknown ? { ...this.market.door(self), ...STRANGER } : this.market.door(self),
      chain: this.chain,
      facilitator: this.chain,
      payer: this.chain,
      payments: {
        paymentOf: ({ nonce }) => {
          const tx = this.paid.get(nonce);
          return Promise.resolve(tx && { tx });
        },
      },
      identities: this.identities,
      corpus: {
        pointer: () => Promise.resolve(aCorpus(this.generation)),
      },
      goods: this.#goods(),
      wallet: {
        address: self,
        signMessage: () => Promise.resolve(Hex.parse('0x00')),
        signLock: () => Promise.resolve({} as EscrowAuthorization),
      },
      lines: {
        say: (line) => {
          this.lines.set(line.id, line);
          return Promise.resolve();
        },
      },
      wakeUps: {
        wake: ({ id }) => {
          this.wakeUps.push(id);
          return Promise.resolve();
        },
      },
      reports: {
        keep: (day, markdown) => {
          this.reports.set(day, markdown);
          return Promise.resolve();
        },
      },
      ...{ network, self, salt, owner, now: this.now, hasTime: () => true, everyMs: TICK_MS },
      until: new Date(this.#ms + LEASE_MS),
    };
  }

  #goods(): Goods {
    return {
      refine: ({ agentId, product, generation }) => {
        if (generation === this.lost) throw new Error('What it is made of is no longer there.');
        const manifest: ProductManifest = {
          ...someEvidence({ product, version: `v-${generation}`, records: this.records }),
          ...{ seller: agentId, users: 3, from: AT, to: AT, codeVersion: '1', method: 'paper' },
        };
        return Promise.resolve(manifest);
      },
      shelve: () => Promise.resolve(),
      handOver: (_agentId, { product, goods }) =>
        Promise.resolve(someEvidence({ product, version: goods, records: this.records })),
      inspect: (_agentId, deal) => Promise.resolve(this.verdict(deal)),
    };
  }
}

/** The same hands, every call of every port announced before it is made. */
function watched(
  maker: Pacemaker,
  watch: ((call: string) => Promise<void> | void) | undefined,
): Pacemaker {
  if (watch === undefined) return maker;
  const port = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          await watch(`${name}.${String(key)}`);
          return Reflect.apply(value, object, args) as unknown;
        };
      },
    });
  const ports = [
    ...(['agents', 'market', 'chain', 'facilitator', 'payer', 'identities'] as const),
    ...(['corpus', 'goods', 'wallet', 'lines', 'wakeUps', 'reports'] as const),
  ];
  const eyes = Object.fromEntries(ports.map((name) => [name, port(name, maker[name])]));
  return { ...maker, ...eyes };
}
