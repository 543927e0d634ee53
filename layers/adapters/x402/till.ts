import {
  decodePaymentSignatureHeader,
  encodePaymentRequiredHeader,
  encodePaymentResponseHeader,
} from '@x402/core/http';
import { PaymentPayloadV2Schema } from '@x402/core/schemas';
import { HTTPFacilitatorClient, x402ResourceServer } from '@x402/core/server';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { hashTypedData } from 'viem/utils';
import type { Address, TxHash } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { X402Payment } from '#contract/x402.ts';
import type { Against, Order } from '#core/shop/take-payment.ts';
import { signerOf } from '../evm/secp256k1.ts';
import { Transfer, transferTypedData } from '../evm/transfer.ts';
import { type Authorized, authorizedIn } from './authorized.ts';

/** How long a payment may wait between its signature and the chain, in seconds: what the 402 asks for. */
const TIMEOUT_SECONDS = 120;
/** Below what is left of API Gateway's 30 s when verifying came before. */
const FACILITATOR_MS = 12_000;

/** What is for sale at one URL. */
export interface Offer {
  readonly url: string;
  readonly description: string;
  readonly payTo: Address;
  /** Micro-USDC. */
  readonly price: bigint;
  /** Discovery metadata (extension `bazaar`), from {@link discovery}. */
  readonly extensions: Record<string, unknown>;
  /** What anyone may see of it: the body of its 402. */
  readonly shown: Readonly<Record<string, unknown>>;
}

/** The facilitator cannot be asked: a seller can neither offer nor settle. */
export class TillClosed extends Error {}

/** A paid door's half of x402 v2, by the official server: https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md */
export class Till {
  readonly #network: Network;
  readonly #server: x402ResourceServer;
  #ready: Promise<void> | undefined;

  constructor(network: Network, facilitatorUrl: string) {
    this.#network = network;
    const facilitator = new HTTPFacilitatorClient({
      url: facilitatorUrl,
      timeoutMs: FACILITATOR_MS,
    });
    this.#server = new x402ResourceServer(facilitator).register(
      network.caip2,
      new ExactEvmScheme(),
    );
  }

  /** The 402 of an offer, with the reason why a payment was not taken. @throws TillClosed */
  async demand(offer: Offer, error = 'Payment required'): Promise<Response> {
    const required = await this.#server.createPaymentRequiredResponse(
      await this.#requirements(offer),
      { url: offer.url, description: offer.description, mimeType: 'application/json' },
      error,
      offer.extensions,
    );
    return Response.json(offer.shown, {
      status: 402,
      headers: {
        'payment-required': encodePaymentRequiredHeader(required),
        'cache-control': 'no-store',
      },
    });
  }

  /** The payment in a PAYMENT-SIGNATURE header, whatever it is for; undefined when there is none of our network. */
  payment(header: string): X402Payment | undefined {
    const payload = parse(header);
    return payload && authorizedIn(payload, this.#network)?.payment;
  }

  /** A payment for this offer out of the PAYMENT-SIGNATURE header; a word when it is none. @throws TillClosed */
  async read(offer: Offer, header: string): Promise<Omit<Order, 'goods'> | string> {
    const payload = parse(header);
    if (payload === undefined) return 'invalid_payment_header';
    const requirements = await this.#requirements(offer);
    const chosen = this.#server.findMatchingRequirements(requirements, payload);
    if (chosen === undefined) return 'payment_does_not_match_the_offer';
    const authorized = authorizedIn(payload, this.#network);
    if (authorized === undefined) return 'invalid_exact_evm_payload';
    const { payment } = authorized;
    if (payment.to !== offer.payTo) return 'invalid_exact_evm_payload_recipient_mismatch';
    if (payment.amount !== offer.price) return 'invalid_exact_evm_payload_value_mismatch';
    return {
      payment,
      isSigned: () => Promise.resolve(this.#isSigned(authorized)),
      verify: () => this.#verify(payload, chosen),
      settle: () => this.#settle(payload, chosen),
    };
  }

  /** Value of PAYMENT-RESPONSE. */
  receipt({ from }: X402Payment, transaction: TxHash): string {
    return encodePaymentResponseHeader({
      success: true,
      payer: from,
      transaction,
      network: this.#network.caip2,
    });
  }

  async #requirements({ payTo, price }: Offer): Promise<PaymentRequirements[]> {
    this.#ready ??= this.#server.initialize();
    try {
      await this.#ready;
      if (this.#server.getSupportedKind(2, this.#network.caip2, 'exact') === undefined)
        throw new Error('It supports no exact payments on this network.');
    } catch (cause) {
      this.#ready = undefined;
      throw new TillClosed('The facilitator cannot be asked.', { cause });
    }
    const { caip2, usdc, usdcName } = this.#network;
    return this.#server.buildPaymentRequirements({
      scheme: 'exact',
      network: caip2,
      payTo,
      price: { asset: usdc, amount: price.toString(), extra: { name: usdcName, version: '2' } },
      maxTimeoutSeconds: TIMEOUT_SECONDS,
      extra: { paymentFlow: 'upfront' },
    });
  }

  /** By its own key: our token takes no contract's signature. */
  #isSigned({ authorization, signature }: Authorized): boolean {
    const transfer = transferTypedData(this.#network, Transfer.parse(authorization));
    return signerOf(hashTypedData(transfer), signature) === authorization.from;
  }

  async #verify(payload: PaymentPayload, chosen: PaymentRequirements): ReturnType<Order['verify']> {
    try {
      const { isValid, invalidReason } = await this.#server.verifyPayment(payload, chosen);
      return isValid ? 'valid' : against(invalidReason);
    } catch (error) {
      return { kind: 'unavailable', reason: words(error) };
    }
  }

  async #settle(payload: PaymentPayload, chosen: PaymentRequirements): ReturnType<Order['settle']> {
    try {
      const { success, errorReason } = await this.#server.settlePayment(payload, chosen);
      if (success) return 'settled';
      return against(errorReason);
    } catch (error) {
      return { kind: 'unavailable', reason: words(error) };
    }
  }
}

/** Words that speak of the payment; a pending or failed transaction, an error or silence may pass. */
function against(reason = 'no_reason_given'): Against {
  const isFinal = /^(invalid|insufficient|unsupported)/.test(reason);
  return { kind: isFinal ? 'refused' : 'unavailable', reason };
}

function parse(header: string): PaymentPayload | undefined {
  try {
    const payload = decodePaymentSignatureHeader(header);
    return PaymentPayloadV2Schema.safeParse(payload).success ? payload : undefined;
  } catch {
    return undefined;
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
