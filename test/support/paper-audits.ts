import { type Address, TxHash } from '#contract/ids.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { AuditRequest, Audits } from '#core/ports/audits.ts';
import type { PaidOrder } from '#core/ports/orders.ts';
import { network, saltOf, someEvidence } from './builders.ts';
import type { PaperChain } from './paper-chain.ts';

/** What the 402 asks for. */
const VALID_SECONDS = 120;

interface World {
  readonly chain: PaperChain;
  /** What was paid over direct doors, by nonce. */
  readonly paid: Map<string, TxHash>;
  readonly now: () => Date;
}

/** The validator's paid door: takes each payment once, before it is too old, and says nothing the first time that it is asked. */
export class PaperAudits {
  /** 0 to 100. */
  score = 100;
  readonly #world: World;
  readonly #asked = new Map<string, AuditRequest>();
  readonly #isHeard = new Set<string>();
  #signed = 0;

  constructor(world: World) {
    this.#world = world;
  }

  door(from: Address): Audits {
    return {
      order: (request, { maxPrice: amount, payTo: to }) => {
        const nonce = TxHash.parse(saltOf((this.#signed += 1)));
        const validBefore = Math.floor(this.#world.now().getTime() / 1000) + VALID_SECONDS;
        const money = { network: network.caip2, asset: network.usdc, from, to, amount };
        this.#asked.set(nonce, request);
        const url = `http://store.paper/products/kk-validator/validation?task=${request.taskId}`;
        return Promise.resolve({ url, header: nonce, payment: { ...money, nonce, validBefore } });
      },
      send: (order) => Promise.resolve(this.#take(order)),
      verdict: ({ payment: { nonce } }) => Promise.resolve(this.#verdict(nonce)),
    };
  }

  #take({ payment: { nonce, from, to, amount, validBefore } }: PaidOrder) {
    const { paid, chain, now } = this.#world;
    if (paid.has(nonce)) return 'ordered' as const;
    if (validBefore * 1000 <= now().getTime())
      return { kind: 'unavailable', reason: 'authorization-expired' } as const;
    paid.set(nonce, chain.pay({ from, to, value: amount }));
    return 'ordered' as const;
  }

  #verdict(nonce: string): Verdict | undefined {
    const request = this.#asked.get(nonce);
    if (request === undefined || !this.#world.paid.has(nonce)) return undefined;
    if (!this.#isHeard.has(nonce)) {
      this.#isHeard.add(nonce);
      return undefined;
    }
    const { product, records } = someEvidence();
    const reasons = this.score < 100 ? ['invented: on paper'] : [];
    return {
      ...{ id: nonce.slice(2, 34), ...request, product, records },
      ...{ score: this.score, reasons, at: this.#world.now().toISOString() },
    };
  }
}
