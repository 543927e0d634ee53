import type { ClientEvmSigner } from '@x402/evm';
import { hashTypedData } from 'viem/utils';
import type { Address } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { SignedVerdict, VALIDATION, VALIDATOR, type Verdict } from '#contract/verdict.ts';
import type { AuditRequest, Audits, AuditTerms } from '#core/ports/audits.ts';
import type { PaidOrder } from '#core/ports/orders.ts';
import type { NotBought } from '#core/shop/buy-once.ts';
import { signerOf } from '../evm/secp256k1.ts';
import { verdictTypedData } from '../evm/verdict.ts';
import { ask } from '../x402/ask.ts';
import { Buyer } from '../x402/buyer.ts';
import { verdictIdOf } from '../x402/verdict-id.ts';

export interface PaidAuditsParts {
  /** `https://host[:port]`, without a trailing slash: audits are sold nowhere else. */
  readonly storefrontUrl: string;
  readonly network: Network;
  readonly signer: ClientEvmSigner;
}

/** Audits at the storefront's paid door, over x402. */
export class PaidAudits implements Audits {
  readonly #parts: PaidAuditsParts;
  readonly #buyer: Buyer;

  constructor(parts: PaidAuditsParts) {
    this.#parts = parts;
    const { signer, network, storefrontUrl } = parts;
    this.#buyer = new Buyer({ signer, network, hosts: [new URL(storefrontUrl).host] });
  }

  async order(
    { taskId, seller, sha256 }: AuditRequest,
    { maxPrice, payTo }: AuditTerms,
  ): Promise<PaidOrder | NotBought> {
    const door = `${this.#parts.storefrontUrl}/products/${VALIDATOR}/${VALIDATION.product}`;
    const url = `${door}?task=${taskId}&seller=${seller}&sha256=${sha256}`;
    const order = await this.#buyer.sign(url, maxPrice);
    if ('kind' in order || order.payment.to === payTo) return order;
    return { kind: 'refused', reason: 'unknown-payee' };
  }

  async send(order: PaidOrder): Promise<'ordered' | NotBought> {
    const reply = await this.#buyer.send(order);
    return reply.kind === 'served' ? 'ordered' : reply;
  }

  async verdict({ payment }: PaidOrder, signer: Address): Promise<Verdict | 'forged' | undefined> {
    const { storefrontUrl, network } = this.#parts;
    const id = verdictIdOf(payment);
    const reply = await ask(`${storefrontUrl}/verdicts/${id}`);
    if (reply.kind === 'silent' || reply.status !== 200) return undefined;
    const signed = SignedVerdict.safeParse(reply.json).data;
    if (signed?.verdict.id !== id) return 'forged';
    const { verdict, signature } = signed;
    const hash = hashTypedData(verdictTypedData(network, verdict));
    return signerOf(hash, signature) === signer ? verdict : 'forged';
  }
}
