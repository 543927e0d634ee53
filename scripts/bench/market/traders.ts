import { randomBytes } from 'node:crypto';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { Hex, type TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Answer, BountyRequest } from '#core/ports/market.ts';

/** Of every bounty that traders publish and browse for. */
export const SKILL = 'bench_only';
const BOUNTY: BountyRequest = {
  title: '[KK Request] Bench',
  instructions: 'Nothing is wanted: a benchmark published this bounty.',
  bounty: 10_000n,
  deadlineHours: 1,
  skills: [SKILL],
  agentName: 'bench',
};

/** What traders ask with a signature, as often as each stands here: much reading, some writing. */
export const SIGNED_MIX = [
  'task',
  'apply',
  'own',
  'task',
  'publish',
  'task',
  'applications',
  'apply',
  'task',
  'own',
] as const;
export type CallName = (typeof SIGNED_MIX)[number] | 'browse';

/** Wallets that publish, read and apply on one market. */
export class Traders {
  readonly #traders: readonly Trader[];
  readonly #tasks: { readonly id: TaskId; readonly owner: Trader }[] = [];

  private constructor(traders: readonly Trader[]) {
    this.#traders = traders;
  }

  /** Each is registered and has published once: a cold start is not what is measured. */
  static async open(url: string, count: number): Promise<Traders> {
    const traders = await Promise.all(Array.from({ length: count }, () => traderAt(url)));
    const all = new Traders(traders);
    await Promise.all(traders.map((one) => all.#publish(one)));
    return all;
  }

  /** The `i`th call of its kind. */
  call(name: CallName, i: number): Promise<Answer<unknown>> {
    const trader = this.#traders[i % this.#traders.length];
    const task = this.#tasks[(i * 7) % this.#tasks.length];
    if (!trader || !task) throw new Error('No trader has published.');
    switch (name) {
      case 'task':
        return trader.market.task(task.id);
      case 'own':
        return trader.operator.own({ limit: 20, offset: 0 });
      case 'publish':
        return this.#publish(trader);
      case 'applications':
        return task.owner.market.applications(task.id);
      case 'apply':
        return this.#apply(trader);
      case 'browse':
        return trader.market.available({ skill: SKILL, limit: 20 });
    }
  }

  async #publish(trader: Trader): Promise<Answer<unknown>> {
    const answer = await trader.market.publish(BOUNTY, randomBytes(12).toString('hex'));
    if (answer.ok) this.#tasks.push({ id: answer.value.id, owner: trader });
    return answer;
  }

  /** For the next task that is not its own: nobody may apply twice. */
  #apply(trader: Trader): Promise<Answer<unknown>> {
    for (;;) {
      const task = this.#tasks[trader.applied];
      if (!task) return this.#publish(trader);
      trader.applied += 1;
      if (task.owner === trader) continue;
      const { executorId } = trader;
      return trader.market.apply(task.id, { executorId, message: 'bench' });
    }
  }
}

interface Trader {
  readonly market: EmMarket;
  readonly operator: EmOperator;
  readonly executorId: string;
  /** How many of the tasks it has looked at for an application. */
  applied: number;
}

async function traderAt(url: string): Promise<Trader> {
  const wallet = new EvmWallet(Hex.parse(`0x${randomBytes(32).toString('hex')}`), NETWORKS.local);
  const signer = {
    chainId: NETWORKS.local.chainId,
    address: wallet.address,
    signMessage: (bytes: Uint8Array) => wallet.signMessage(bytes),
  };
  const options = { url, signer, now: () => new Date() };
  const market = new EmMarket({ ...options, network: 'base-sepolia' });
  const registered = await market.register('bench');
  if (!registered.ok) throw new Error(`The market registers nobody: ${registered.error.reason}`);
  const { executorId } = registered.value;
  return { market, operator: new EmOperator(options), executorId, applied: 0 };
}
