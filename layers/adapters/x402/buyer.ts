import { x402Client } from '@x402/core/client';
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from '@x402/core/http';
import { PaymentRequiredV2Schema } from '@x402/core/schemas';
import type { PaymentRequired, PaymentRequirements } from '@x402/core/types';
import type { ClientEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import type { Network } from '#contract/networks.ts';
import { MAX_AUTHORIZED_SECONDS } from '#contract/x402.ts';
import type { PaidOrder } from '#core/ports/orders.ts';
import { buyOnce, type Customer, type NotBought, type Purchase } from '#core/shop/buy-once.ts';
import { ask, type Reply } from './ask.ts';
import { authorizedIn } from './authorized.ts';

export interface BuyerParts {
  readonly signer: ClientEvmSigner;
  /** The one chain and asset that it pays with. */
  readonly network: Network;
  /** Hosts (`host[:port]`) that it buys from. */
  readonly hosts: readonly string[];
}

/** What an offer costs, before anything is signed; micro-USDC. */
export interface PriceTag {
  readonly price: bigint;
  readonly payTo: string;
  readonly required: PaymentRequired;
  readonly chosen: PaymentRequirements;
}

/** Buys from any x402 v2 seller on its list (https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md), never paying twice. */
export class Buyer {
  readonly #parts: BuyerParts;

  constructor(parts: BuyerParts) {
    this.#parts = parts;
  }

  /** Price and payee of an offer. Signs nothing. */
  async price(url: string, maxPrice: bigint): Promise<PriceTag | NotBought> {
    if (!this.#parts.hosts.includes(new URL(url).host))
      return { kind: 'refused', reason: 'host-not-allowed' };
    const reply = await ask(url);
    if (reply.kind === 'silent') return { kind: 'unavailable', reason: reply.reason };
    if (reply.status !== 402) return without402(reply);
    const required = demandIn(reply);
    // a 402 without an offer is an outage of the seller's facilitator
    if (required === undefined || required.accepts.length === 0)
      return { kind: 'unavailable', reason: required?.error ?? 'a 402 that asks for nothing' };
    const chosen = required.accepts.find((offer) => this.#fits(offer));
    if (chosen === undefined) return { kind: 'refused', reason: 'no-offer-we-pay' };
    const price = BigInt(chosen.amount);
    if (price > maxPrice) return { kind: 'refused', reason: 'over-max-price' };
    return { price, payTo: chosen.payTo.toLowerCase(), required, chosen };
  }

  /** Once for each answer, as `book` remembers. */
  buy(url: string, maxPrice: bigint, book: Omit<Customer, 'sign' | 'send'>): Promise<Purchase> {
    return buyOnce(url, {
      ...book,
      sign: () => this.sign(url, maxPrice),
      send: (order) => this.send(order),
    });
  }

  /** Asks the price and signs for it; sends nothing. */
  async sign(url: string, maxPrice: bigint): Promise<PaidOrder | NotBought> {
    const tag = await this.price(url, maxPrice);
    return 'kind' in tag ? tag : this.#sign(url, tag);
  }

  /** Sends what was signed, each time the same. */
  async send(order: PaidOrder): ReturnType<Customer['send']> {
    const reply = await ask(order.url, { 'payment-signature': order.header });
    if (reply.kind === 'silent') return { kind: 'unavailable', reason: reply.reason };
    if (reply.status === 200 && reply.json !== undefined)
      return { kind: 'served', answer: reply.json };
    return { kind: 'unavailable', reason: demandIn(reply)?.error ?? `status ${reply.status}` };
  }

  async #sign(url: string, { required, chosen }: PriceTag): Promise<PaidOrder> {
    const { signer, network } = this.#parts;
    const { caip2: chain, usdc: asset } = network;
    const allowed = { network: chain, asset, maxAmountPerPayment: chosen.amount };
    const client = x402Client.fromConfig({
      schemes: [{ network: chain, client: new ExactEvmScheme(signer) }],
      spendControls: { allowedAssets: [allowed] },
    });
    const payload = await client.createPaymentPayload({ ...required, accepts: [chosen] });
    const authorized = authorizedIn(payload, network);
    if (
      authorized?.payment.to !== chosen.payTo.toLowerCase() ||
      authorized.payment.amount !== BigInt(chosen.amount)
    )
      throw new Error('The x402 client signed something else than the offer.');
    return { url, header: encodePaymentSignatureHeader(payload), payment: authorized.payment };
  }

  #fits({
    scheme,
    network,
    asset,
    amount,
    maxTimeoutSeconds,
    extra,
  }: PaymentRequirements): boolean {
    const { caip2, usdc, usdcName } = this.#parts.network;
    return (
      scheme === 'exact' &&
      network === caip2 &&
      asset.toLowerCase() === usdc &&
      /^[1-9]\d{0,30}$/.test(amount) &&
      maxTimeoutSeconds <= MAX_AUTHORIZED_SECONDS &&
      extra['name'] === usdcName &&
      (extra['assetTransferMethod'] ?? 'eip3009') === 'eip3009'
    );
  }
}

function without402({ status }: Extract<Reply, { kind: 'answered' }>): NotBought {
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  const reason = status === 404 ? 'nothing is on sale there now' : `status ${status}`;
  return { kind: isPassing ? 'unavailable' : 'refused', reason: `no-price: ${reason}` };
}

function demandIn(reply: Extract<Reply, { kind: 'answered' }>): PaymentRequired | undefined {
  try {
    const required = decodePaymentRequiredHeader(reply.paymentRequired ?? '');
    return PaymentRequiredV2Schema.safeParse(required).success ? required : undefined;
  } catch {
    return undefined;
  }
}
