import { createHash } from 'node:crypto';
import { MemoryAgents } from '#adapters/memory/agents.ts';
import { MemoryExchange } from '#adapters/memory/exchange.ts';
import type { WakeUp } from '#contract/beat.ts';
import { type AgentId, Hex } from '#contract/ids.ts';
import type { CorpusPointer } from '#contract/log-record.ts';
import { NETWORKS } from '#contract/networks.ts';
import { COLLECTOR, ROSTER } from '#contract/roster.ts';
import { beat, type Pacemaker } from '#core/heartbeat/beat.ts';
import { GRACE_MS } from '#core/market/patience.ts';
import type { Auditor } from '#core/ports/auditor.ts';
import type { Audits } from '#core/ports/audits.ts';
import type { Facilitator } from '#core/ports/facilitator.ts';
import type { Identities } from '#core/ports/identities.ts';
import type { Payments } from '#core/ports/payments.ts';
import { SimulatedAudits } from './audits.ts';
import { type Breaks, type Run, type Stage, through, throwing } from './calls.ts';
import { SimulatedChain } from './chain.ts';
import { SimulatedGoods } from './goods.ts';
import { SimulatedMarket } from './market.ts';
import { SimulatedShop } from './shop.ts';
import type { Timeline } from './timeline.ts';
import { addressOf, WALLETS, walletOf } from './wallets.ts';
import type { Silence, Weather } from './weather.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY = 5 * MINUTE;
/** What a function may take, and what its lease holds beyond that. */
const TIMEOUT = 120_000;
const MARGIN = 2000;
const LAST_CALL = 5000;
/** Idle time is skipped, never more of it at once. */
const LONGEST_IDLE = 3 * HOUR;
const PURSE = 5_000_000n;
const network = NETWORKS.local;

/** Each wallet has one, and nobody has been rated on the chain. */
const IDENTITIES: Identities = {
  own: (agent) => Promise.resolve(BigInt(ROSTER.findIndex(({ id }) => id === agent))),
  standingOf: () => Promise.resolve(undefined),
};

/** A port as one run meets it. */
type Ported = <T extends object>(name: string, target: T, breaks?: Breaks) => T;

/** The seven agents of the roster, the market room and everything between them, in virtual time. */
export class SimulatedEconomy {
  readonly agents = new MemoryAgents();
  readonly exchange = new MemoryExchange();
  readonly chain: SimulatedChain;
  readonly goods: SimulatedGoods;
  readonly market: SimulatedMarket;
  readonly shop: SimulatedShop;
  readonly audits: SimulatedAudits;
  readonly #facilitator: Facilitator;
  #isFacilitatorSilent = false;
  readonly #stage: Stage;
  readonly #timeline: Timeline;
  readonly #weather: Weather;
  /** Undefined until the first logs come. */
  #corpus: CorpusPointer | undefined;
  #beats = 0;
  #salts = 0;
  /** Grows with everything that happens: while it stands still, time may be skipped. */
  #happened = 0;
  #lastSeen = -1;
  /** What a beat threw that no weather made. */
  readonly broken: string[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#timeline = stage.timeline;
    this.#weather = stage.weather;
    this.chain = new SimulatedChain(stage.timeline, stage.weather);
    this.goods = new SimulatedGoods(stage);
    const door = {
      ...{ agents: this.agents, chain: this.chain, walletOf: addressOf },
      isFacilitatorSilent: () => this.#isFacilitatorSilent,
    };
    this.shop = new SimulatedShop(door, stage);
    this.audits = new SimulatedAudits(door, this.goods, stage);
    this.#facilitator = this.chain.facilitator(() => this.#isFacilitatorSilent);
    const { chain } = this;
    this.market = new SimulatedMarket(
      this.exchange,
      { chain, facilitator: this.#facilitator },
      stage,
    );
  }

  async open(): Promise<void> {
    for (const [id, address] of WALLETS) {
      await this.agents.enrol(id, address);
      this.chain.fund(address, this.#weather.chance(0.1) ? 300_000n : PURSE);
    }
    this.#tick();
  }

  /** More logs were collected. */
  grow(): void {
    this.#happened += 1;
    const version = Array.from({ length: 8 }, () =>
      this.#weather.between(0, 0x1_0000_0000).toString(16).padStart(8, '0'),
    ).join('');
    const revision = (this.#corpus?.revision ?? 0) + 1;
    this.#corpus = {
      version,
      manifestKey: 'manifest',
      messages: 5000,
      days: 1,
      sources: 1,
      quarantined: 0,
      revision,
    };
    this.#stage.note(`corpus ${version.slice(0, 16)}`);
    this.#wake({ v: 1, agentId: COLLECTOR, reason: 'corpus', id: version });
  }

  /** Soon after the next lock one of them never answers again. */
  silence(who: Silence['of']): void {
    this.chain.whenLocked = () => {
      this.chain.whenLocked = undefined;
      this.#timeline.at(this.#timeline.ms + this.#weather.between(0, 6 * MINUTE), () => {
        this.#stage.note(`silence of the ${who}`);
        if (who === 'market') this.market.isSilent = true;
        else this.#isFacilitatorSilent = true;
      });
    };
  }

  /** All agents beat once, and the market's clock with them. */
  #tick(): void {
    const { ms } = this.#timeline;
    for (const { id, beatOffset } of ROSTER) {
      for (const delay of this.#weather.arrivals()) {
        this.#timeline.at(ms + beatOffset * 1000 + delay, () => {
          this.#beat(id, `tick-${ms}`);
        });
      }
    }
    if (!this.#weather.strikes(0.2)) this.#timeline.at(ms + EVERY / 2, () => this.market.expire());
    // the last events of this tick decide how long nothing happens
    this.#timeline.at(ms + EVERY - 1, () => {
      const isIdle = this.#happened === this.#lastSeen;
      this.#lastSeen = this.#happened;
      const then = isIdle ? this.#nextOccasion() : ms + EVERY;
      this.#timeline.at(Math.max(then, ms + EVERY), () => {
        this.#tick();
      });
    });
  }

  #nextOccasion(): number {
    const { ms } = this.#timeline;
    const ends = [
      ...this.exchange.all().map(({ deadline }) => deadline.getTime()),
      ...[...this.chain.payments.values()]
        .filter(({ end }) => end === undefined)
        .map(({ info }) => info.authorizationExpiry * 1000 + GRACE_MS + MINUTE),
    ].filter((end) => end > ms);
    return Math.min(ms + LONGEST_IDLE, this.#timeline.next(), ...ends);
  }

  #wake({ agentId, id }: WakeUp): void {
    for (const delay of this.#weather.arrivals()) {
      this.#timeline.at(this.#timeline.ms + delay, () => {
        this.#beat(agentId, `wake-${id}`);
      });
    }
  }

  /** Starts a beat; like Lambda, starts the same one again when it was killed or threw. */
  #beat(agentId: AgentId, beatId: string, isRetry = false): void {
    this.#beats += 1;
    const run: Run = { name: `${agentId}/${this.#beats}`, isDead: false };
    const again = () => {
      if (!isRetry)
        this.#timeline.at(this.#timeline.ms + MINUTE, () => {
          this.#beat(agentId, beatId, true);
        });
    };
    this.#timeline.at(this.#timeline.ms + TIMEOUT, () => {
      if (run.isDead) again();
    });
    this.#stage.note(`${run.name} ${beatId}`);
    beat({ agentId, beatId }, this.#maker(agentId, run)).then(
      (report) => {
        if (report.kind !== 'beaten') return;
        const reports = report.rounds.flatMap((round) => round.reports);
        this.#happened += reports.filter(({ result }) => result !== 'later').length;
        for (const { intent, result, reason } of reports) {
          this.#stage.note(`${run.name} ${intent.id} ${result} ${words(reason)}`);
          if (result === 'failed') this.#judge(reason);
        }
        for (const { refusals } of report.rounds)
          for (const refusal of refusals) this.#stage.note(`${run.name} refused ${refusal}`);
      },
      (error: unknown) => {
        this.#happened += 1;
        this.#stage.note(`${run.name} threw ${words(error)}`);
        this.#judge(error);
        again();
      },
    );
  }

  /** The weather's own errors are nobody's fault. */
  #judge(error: unknown): void {
    const isWeather = /^no (connection|answer)$/.test(words(error));
    if (!isWeather)
      this.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** Nothing of it throws: a dead line is an answer. */
  #audits(agentId: AgentId, port: Ported): Audits {
    const door = this.audits.door(agentId);
    const paid = port('audits', door, (reason) => ({ kind: 'unavailable', reason }));
    const read = port('verdicts', door, () => undefined);
    return {
      order: (...request) => paid.order(...request),
      send: (order) => paid.send(order),
      verdict: (...order) => read.verdict(...order),
    };
  }

  #maker(agentId: AgentId, run: Run): Pacemaker {
    const self = addressOf(agentId);
    const { timeline } = this.#stage;
    const port: Ported = (name, target, breaks = throwing) =>
      through({ name, target, breaks }, run, this.#stage);
    const end = timeline.ms + TIMEOUT;
    return {
      agents: port<Pacemaker['agents']>('agents', this.agents),
      market: port('market', this.market.door(self), () => ({
        ok: false,
        error: { kind: 'unavailable', status: 0, reason: 'no answer' },
      })),
      chain: port<Pacemaker['chain']>('chain', this.chain),
      facilitator: port('facilitator', this.#facilitator, (reason) => ({
        kind: 'unknown',
        reason,
      })),
      payments: port<Payments>('payments', this.chain),
      payer: port<Pacemaker['payer']>('payer', this.chain, (reason) => ({
        kind: 'unknown',
        reason,
      })),
      identities: port<Pacemaker['identities']>('identities', IDENTITIES),
      corpus: port<Pacemaker['corpus']>('corpus', {
        pointer: () => Promise.resolve(this.#corpus),
      }),
      goods: port<Pacemaker['goods']>('goods', this.goods),
      auditor: port<Auditor>('auditor', this.audits),
      audits: this.#audits(agentId, port),
      wallet: walletOf(self),
      lines: port('lines', { say: () => Promise.resolve() }),
      reports: port('reports', { keep: () => Promise.resolve() }),
      wakeUps: port('wakeUps', {
        wake: (wakeUp: WakeUp) => {
          this.#wake(wakeUp);
          return Promise.resolve();
        },
      }),
      ...{ network, self, owner: run.name, now: timeline.now, everyMs: EVERY },
      until: new Date(end + MARGIN),
      hasTime: () => timeline.ms < end - LAST_CALL,
      salt: () => Hex.parse(`0x${hash(`salt ${(this.#salts += 1)}`)}`),
    };
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function words(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : typeof reason === 'string' ? reason : '';
  // the market's reference to its log is random
  return text.replace(/ref: \w+/, 'ref');
}
