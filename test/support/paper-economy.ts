import { MemoryAgents } from '#adapters/memory/agents.ts';
import type { BuyDeal } from '#contract/deal.ts';
import { type AgentId, Hex, type TxHash } from '#contract/ids.ts';
import type { IrcLine } from '#contract/irc-line.ts';
import type { ProductManifest } from '#contract/products.ts';
import type { TalkLimits } from '#contract/talk.ts';
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
import { PaperAudits } from './paper-audits.ts';
import { PaperChain } from './paper-chain.ts';
import { PaperMarket } from './paper-market.ts';
import { watched } from './watched.ts';

export const PURSE = 1_000_000n;
const TICK_MS = 600_000;
const LEASE_MS = 60_000;

const PORTS = [
  ...(['agents', 'market', 'chain', 'facilitator', 'payer', 'audits'] as const),
  ...(['identities', 'corpus', 'goods', 'wallet', 'lines', 'wakeUps', 'reports'] as const),
];

const unidentified = () =>
  Promise.resolve({
    ok: false,
    error: { kind: 'unidentified', status: 403, reason: 'identity_required' },
  } as const);
const STRANGER: Pick<Market, 'publish' | 'apply'> = { publish: unidentified, apply: unidentified };

interface Opening {
  /** @default memory of its own */
  readonly agents?: Memory;
  /** Every deal is drawn for an audit. @default false - none is, but those of five cents and more */
  readonly isAudited?: boolean;
}

/** What a test may do at every call that a beat makes through a port. */
export type Watch = (call: string, agentId: AgentId) => Promise<void> | void;

/** An economy without a world: memory, market, chain and goods on paper, one clock. */
export class PaperEconomy {
  #ms = NOW.getTime();
  #salts = 0;
  #beats = 0;
  /** Every deal is drawn for an audit; else none is, but those of five cents and more. */
  readonly isAudited: boolean;
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
  readonly audits = new PaperAudits(this);
  readonly lines = new Map<string, IrcLine>();
  readonly wakeUps: string[] = [];
  /** By UTC day. */
  readonly reports = new Map<string, string>();
  /** How much agents say. */
  limits: TalkLimits | undefined;
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

  private constructor({ agents = new MemoryAgents(), isAudited = false }: Opening) {
    this.agents = agents;
    this.isAudited = isAudited;
  }

  static async open(opening: Opening = {}): Promise<PaperEconomy> {
    const economy = new PaperEconomy(opening);
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
        ...watched(maker, PORTS, over.watch && ((call) => over.watch?.(call, agentId))),
        hasTime: over.hasTime ?? (() => true),
      },
    );
  }

  #maker(agentId: AgentId, owner: string): Pacemaker {
    const self = walletOf(agentId);
    // the last digit is what is drawn by
    const salt = () => saltOf(10 * (this.#salts += 1) + (this.isAudited ? 0 : 1));
    return {
      agents: this.agents,
      market: this.isUnknown ? { ...this.market.door(self), ...STRANGER } : this.market.door(self),
      chain: this.chain,
      facilitator: this.chain,
      payer: this.chain,
      audits: this.audits.door(self),
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
      ...(this.limits && { limits: this.limits }),
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
