import { createHash } from 'node:crypto';
import type { BuyDeal, SellDeal } from '#contract/deal.ts';
import type { AgentId, TaskId } from '#contract/ids.ts';
import { DeliveryEvidence, type Product, ProductManifest } from '#contract/products.ts';
import type { Goods, Inspection, RefineOrder } from '#core/ports/goods.ts';
import type { Stage } from './calls.ts';

/** One handing over, as it came to pass. */
export interface HandedOver {
  readonly seller: AgentId;
  readonly deal: SellDeal;
  readonly evidence: DeliveryEvidence;
  readonly at: number;
}

const STALE = 'ffffffffffffffff';
const INPUTS: Readonly<Record<Product, readonly string[]>> = {
  raw_logs: ['corpus'],
  user_stats: ['corpus'],
  topic_map: ['corpus'],
  skill_profiles: ['raw_logs'],
  voice_profiles: ['raw_logs'],
  soul_profiles: ['skill_profiles', 'voice_profiles'],
};

/** One of each product is made of a corpus, whatever round it is bought in; the version begins as the corpus's does. */
function versionOf(generation: string): string {
  return `${generation.slice(0, 16)}-version`;
}

/** Goods without content: what was handed over for a task is good or not, and who inspects it finds out. */
export class SimulatedGoods implements Goods {
  readonly handedOver: HandedOver[] = [];
  /** Tasks whose delivery was looked at, and was what had been asked for. */
  readonly seenGood = new Set<TaskId>();
  /** Tasks whose goods hold every promise and are made up: a buyer's own checks do not find it. */
  readonly fakes = new Set<TaskId>();
  readonly #rotten = new Set<TaskId>();
  readonly #genuine = new Set<TaskId>();
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  refine({ agentId, product, generation }: RefineOrder): Promise<ProductManifest> {
    const { v, ...goods } = this.#evidence(product, generation, 'refined');
    const made = { seller: agentId, users: 3, codeVersion: '1', method: 'simulated' };
    return Promise.resolve(ProductManifest.parse({ v, ...goods, ...made }));
  }

  shelve(): Promise<void> {
    return Promise.resolve();
  }

  handOver(seller: AgentId, deal: SellDeal): Promise<DeliveryEvidence> {
    const { timeline, weather } = this.#stage;
    if (weather.strikes(0.3)) this.#rotten.add(deal.taskId);
    else this.#rotten.delete(deal.taskId);
    const isStale = weather.strikes(0.1);
    const generation = isStale ? STALE : deal.generation;
    this.#forge(deal.taskId);
    const evidence = this.#evidence(deal.product, generation, deal.taskId);
    this.handedOver.push({ seller, deal, evidence, at: timeline.ms });
    return Promise.resolve(evidence);
  }

  inspect(
    _buyer: AgentId,
    { taskId, product, generation }: BuyDeal,
    given: Readonly<Record<string, unknown>>,
  ): Promise<Inspection | 'unreachable'> {
    if (this.#stage.weather.strikes(0.1)) return Promise.resolve('unreachable');
    if (this.#rotten.has(taskId)) return Promise.resolve({ kind: 'bad', reason: 'wrong-hash' });
    const evidence = DeliveryEvidence.parse(given['json_response']);
    // whose inputs nobody can know but who bought them too
    const isKnown = product === 'raw_logs';
    if (!isKnown || evidence.version === versionOf(generation)) this.seenGood.add(taskId);
    return Promise.resolve({ kind: 'good', evidence, score: 95 });
  }

  /** In any weather; the same goods stay what they are. */
  #forge(taskId: TaskId): void {
    if (this.fakes.has(taskId) || this.#genuine.has(taskId)) return;
    if (this.#stage.weather.chance(0.05)) this.fakes.add(taskId);
    else this.#genuine.add(taskId);
  }

  #evidence(product: Product, generation: string, of: string): DeliveryEvidence {
    const at = this.#stage.timeline.now().toISOString();
    const sha256 = createHash('sha256').update(`${product}${generation}${of}`).digest('hex');
    return {
      v: 1,
      product,
      version: versionOf(generation),
      deliveryUrl: `http://store.simulated/deliveries/${of}`,
      sha256,
      bytes: 1,
      records: 5000,
      from: at,
      to: at,
      inputs: INPUTS[product].map((name) => ({ product: name, version: versionOf(generation) })),
    };
  }
}
