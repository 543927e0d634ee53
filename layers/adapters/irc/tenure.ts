import type { AgentId } from '#contract/ids.ts';
import type { NickLeases } from '#core/ports/nick-leases.ts';
import { pause } from './pause.ts';

export interface TenureOptions {
  /** The first leads: who holds none of the others has taken it, so that two relays never share the roster out between them. */
  readonly agents: readonly AgentId[];
  readonly leases: NickLeases;
  readonly owner: string;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly onGained: (agentId: AgentId) => void;
  /** In time: no other can hold it yet. */
  readonly onLost: (agentId: AgentId) => void;
  readonly onEvent: (event: string, keys: Readonly<Record<string, string | number>>) => void;
}

/** How long before its end a lease counts as lost: time to say goodbye, and to be wrong about the clock. */
const MARGIN = 0.2;

/** Which nicks are ours: takes them, renews them in time, and says when one is gained or lost. */
export class Tenure {
  readonly #options: TenureOptions;
  /** Until when each is ours, by our own monotonous clock. */
  #isOver = false;
  #renewing = Promise.resolve();
  readonly #until = new Map<AgentId, number>();

  constructor(options: TenureOptions) {
    this.#options = options;
  }

  /** Another relay bears the nicks. */
  isStandby = false;

  get held(): number {
    return this.#until.size;
  }

  /** Until the signal; then everything is let go of by `free`. */
  async run(signal: AbortSignal): Promise<void> {
    const { renewMs, leaseMs } = this.#options;
    const expiring = setInterval(
      () => {
        this.#expire();
      },
      Math.min(1000, leaseMs / 10),
    );
    try {
      while (!signal.aborted) {
        this.#renewing = this.#renew();
        await this.#renewing;
        await pause(this.held === 0 ? renewMs * (0.5 + Math.random()) : renewMs, signal);
      }
    } finally {
      clearInterval(expiring);
    }
  }

  /** Nothing is taken after this. */
  async free(): Promise<void> {
    this.#isOver = true;
    await this.#renewing;
    const { leases, owner } = this.#options;
    const held = [...this.#until.keys()];
    this.#until.clear();
    await Promise.allSettled(held.map((agentId) => leases.free(agentId, owner)));
  }

  async #renew(): Promise<void> {
    const [leader, ...others] = this.#options.agents;
    if (leader === undefined || this.#isOver || !(await this.#take(leader))) return;
    for (let from = 0; from < others.length; from += 25) {
      await Promise.all(others.slice(from, from + 25).map((agentId) => this.#take(agentId)));
    }
  }

  async #take(agentId: AgentId): Promise<boolean> {
    const { leases, owner, leaseMs, onGained, onEvent } = this.#options;
    const asked = performance.now();
    try {
      if (!(await leases.take(agentId, { owner, ms: leaseMs }))) {
        this.#lose(agentId);
        this.isStandby = this.held === 0;
        return false;
      }
    } catch (error) {
      // what we hold is ours until it runs out
      onEvent('leases-away', { error: String(error) });
      return this.#until.has(agentId);
    }
    const isNew = !this.#until.has(agentId);
    this.isStandby = false;
    this.#until.set(agentId, asked + leaseMs * (1 - MARGIN));
    if (isNew) onGained(agentId);
    return true;
  }

  #expire(): void {
    const now = performance.now();
    for (const [agentId, until] of this.#until) if (until < now) this.#lose(agentId);
  }

  #lose(agentId: AgentId): void {
    if (this.#until.delete(agentId)) this.#options.onLost(agentId);
  }
}
