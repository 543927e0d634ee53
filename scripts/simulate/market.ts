import { EmMarket } from '#adapters/em/em-market.ts';
import type { MemoryExchange } from '#adapters/memory/exchange.ts';
import { Address, Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import type { Market } from '#core/ports/market.ts';
import { marketApp } from '../../functions/market/app.ts';
import { expireDue } from '../../functions/market/expiring.ts';
import type { Services } from '../../functions/market/services.ts';
import { type Stage, throwing } from './calls.ts';
import type { SimulatedChain } from './chain.ts';

const network = NETWORKS.local;
const ORIGIN = 'http://market.simulated';

/** The market room itself, asked in process; its memory, chain and facilitator fail it like any other's. */
export class SimulatedMarket {
  readonly #app: ReturnType<typeof marketApp>;
  readonly #services: Services;
  readonly #stage: Stage;
  /** Faults of ours that no weather made. */
  readonly broken: string[] = [];

  /** From now on it answers nobody, and does nothing by itself. */
  isSilent = false;

  constructor(
    exchange: MemoryExchange,
    parts: { readonly chain: SimulatedChain; readonly facilitator: Services['facilitator'] },
    stage: Stage,
  ) {
    const { chain, facilitator } = parts;
    this.#stage = stage;
    this.#services = {
      exchange: failing(exchange, stage, throwing),
      chain: failing<Services['chain']>(chain, stage, throwing),
      facilitator: failing(facilitator, stage, (reason) => ({
        kind: 'unknown',
        reason,
      })),
      nonces: { consume: () => Promise.resolve(true) },
      verify: ({ request }) => Promise.resolve({ ok: true, address: signerIn(request) }),
      network,
      now: stage.timeline.now,
      log: {
        info: () => undefined,
        error: (event, { error }) => {
          const words = error instanceof Error ? error.message : '';
          if (event === 'internal-error' && !WEATHER.has(words)) this.broken.push(words);
        },
      },
      requireWorkerAuth: false,
    };
    this.#app = marketApp(this.#services);
  }

  /** The market as one wallet meets it. */
  door(address: Address): Market {
    return new EmMarket({
      url: ORIGIN,
      signer: {
        chainId: network.chainId,
        address,
        signMessage: () => Promise.resolve(Hex.parse('0x00')),
      },
      now: this.#stage.timeline.now,
      network: 'base-sepolia',
      fetch: (url, init) => this.#fetch(new Request(url, init)),
    });
  }

  /** Its job by the clock. */
  async expire(): Promise<void> {
    if (this.isSilent) return;
    await expireDue(this.#services, () => true).catch(() => undefined);
  }

  async #fetch(request: Request): Promise<Response> {
    const { weather } = this.#stage;
    if (this.isSilent) throw new Error('connection refused');
    if (weather.strikes(0.02)) throw new Error('connection refused');
    if (weather.strikes(0.02)) return answer(503);
    if (weather.strikes(0.01)) return answer(429, { 'retry-after': '30' });
    const response = await this.#app.fetch(request);
    if (weather.strikes(0.01)) throw new Error('socket hang up');
    return weather.strikes(0.01) ? answer(502) : response;
  }
}

const WEATHER: ReadonlySet<string> = new Set(['no connection', 'no answer']);

function answer(status: number, headers: Record<string, string> = {}): Response {
  return Response.json({ detail: 'bad weather' }, { status, headers });
}

function signerIn({ headers }: Request): Address {
  return Address.parse(
    /keyid="erc8128:\d+:(0x[0-9a-f]{40})"/.exec(headers.get('signature-input') ?? '')?.[1],
  );
}

/** The same port, failing before or after its effect as the weather has it. */
function failing<T extends object>(
  target: T,
  { weather }: Stage,
  breaks: (reason: string) => unknown,
): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== 'function') return value;
      const effect = (args: readonly unknown[]): unknown => Reflect.apply(value, object, args);
      // lists are streams, and nobody writes by them
      if (STREAMS.has(key)) return (...args: readonly unknown[]) => effect(args);
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (weather.strikes(0.004)) return breaks('no connection');
        const done = await effect(args);
        return weather.strikes(0.004) ? breaks('no answer') : done;
      };
    },
  });
}

const STREAMS: ReadonlySet<string | symbol> = new Set(['open', 'due', 'published', 'appliedBy']);
