import type * as z from 'zod';
import {
  type EscrowSettleRequest,
  type PaymentInfo,
  paymentInfoToJson,
  SettleResponse,
} from '#contract/escrow.ts';
import { type FeedbackRequest, FeedbackResponse } from '#contract/feedback.ts';
import { TxHash } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Facilitator, SettleOutcome } from '#core/ports/facilitator.ts';
import type { Feedback, Feedbacks, Given } from '#core/ports/feedbacks.ts';
import type { EscrowAuthorization } from '#core/ports/wallet.ts';

const TIMEOUT_MS = 40_000; // longer than the facilitator waits for its turn and for the receipt
/** Statuses that speak of the payment. Others speak of the caller, the line or the house, and may pass. */
const FINAL = new Set([400, 422]);

export interface HttpFacilitatorOptions {
  readonly url: string;
  readonly network: Network;
  /** Headers, signed by ERC-8128, of a POST with this body. @default - none: release, refund and feedback are refused */
  readonly signRequest?: (request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }) => Promise<Record<string, string>>;
  /** @default 40,000 */
  readonly timeoutMs?: number;
}

/** Our facilitator, or any that speaks scheme `escrow` of x402 v2, over HTTP. */
export class HttpFacilitator implements Facilitator, Feedbacks {
  readonly #options: HttpFacilitatorOptions;

  constructor(options: HttpFacilitatorOptions) {
    this.#options = options;
  }

  lock(
    info: PaymentInfo,
    { authorization, signature }: EscrowAuthorization,
  ): Promise<SettleOutcome> {
    return this.#settle({
      payload: { authorization, signature, paymentInfo: paymentInfoToJson(info) },
    });
  }

  release(info: PaymentInfo): Promise<SettleOutcome> {
    return this.#settle({ action: 'release', payload: { paymentInfo: paymentInfoToJson(info) } });
  }

  refund(info: PaymentInfo): Promise<SettleOutcome> {
    return this.#settle({
      action: 'refundInEscrow',
      payload: { paymentInfo: paymentInfoToJson(info) },
    });
  }

  async give({ agentId, ...said }: Feedback): Promise<Given> {
    const { network } = this.#options;
    const asked: FeedbackRequest = {
      ...said,
      network: network.caip2,
      agentId: agentId.toString(),
    };
    try {
      const { status, text } = await this.#post('/feedback', JSON.stringify(asked), true);
      return saidBy(status, text);
    } catch (error) {
      return unknown(error);
    }
  }

  async #settle(
    asked: Pick<z.input<typeof EscrowSettleRequest>, 'action' | 'payload'>,
  ): Promise<SettleOutcome> {
    const { network } = this.#options;
    const { caip2, usdc, escrow, operator, tokenCollector } = network;
    const { paymentInfo } = asked.payload;
    const body = JSON.stringify({
      x402Version: 2,
      scheme: 'escrow',
      ...asked,
      paymentRequirements: {
        scheme: 'escrow',
        network: caip2,
        maxAmountRequired: paymentInfo.maxAmount,
        asset: usdc,
        payTo: paymentInfo.receiver,
        extra: { escrowAddress: escrow, operatorAddress: operator, tokenCollector },
      },
    });
    try {
      const { status, text } = await this.#post('/settle', body, asked.action !== undefined);
      return outcome(status, text);
    } catch (error) {
      return unknown(error);
    }
  }

  async #post(
    path: string,
    body: string,
    isSigned: boolean,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { url, signRequest, timeoutMs = TIMEOUT_MS } = this.#options;
    const plain = {
      method: 'POST',
      url: new URL(path, url).href,
      headers: { 'content-type': 'application/json' },
      body,
    };
    const headers = isSigned && signRequest ? await signRequest(plain) : plain.headers;
    const response = await fetch(plain.url, {
      method: 'POST',
      body,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    return { status: response.status, text: await response.text() };
  }
}

function unknown(error: unknown): SettleOutcome {
  return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
}

function saidBy(status: number, text: string): Given {
  const answer = FeedbackResponse.safeParse(json(text)).data;
  if (answer?.success === true)
    return { kind: 'settled', tx: TxHash.safeParse(answer.transaction).data };
  const reason = answer?.error ?? 'no reason given';
  if (answer !== undefined && FINAL.has(status)) return { kind: 'refused', reason };
  return { kind: 'unknown', reason: `${reason} (status ${status})` };
}

function outcome(status: number, text: string): SettleOutcome {
  const answer = SettleResponse.safeParse(json(text));
  if (!answer.success)
    return { kind: 'unknown', reason: `the facilitator answered ${status} and no settlement` };
  const { success, transaction, errorReason, errorMessage } = answer.data;
  const tx = TxHash.safeParse(transaction);
  if (success && tx.success) return { kind: 'settled', tx: tx.data };
  const reason = errorReason ?? errorMessage;
  if (!success && reason !== undefined && FINAL.has(status)) return { kind: 'refused', reason };
  return { kind: 'unknown', reason: `${reason ?? 'no reason given'} (status ${status})` };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
