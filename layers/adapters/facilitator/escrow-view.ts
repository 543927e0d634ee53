import { readContract } from 'viem/actions';
import * as z from 'zod';
import { PaymentInfo } from '#contract/escrow.ts';
import type { Hex } from '#contract/ids.ts';
import { escrowAbi } from '../evm/abi.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import { paymentInfoHash } from '../evm/payment-info.ts';
import { fits } from './escrow-terms.ts';

const Asked = z.object({ paymentInfo: PaymentInfo.refine(fits) });

/** Answer of `POST /escrow/state`; amounts in micro-USDC as decimal strings. */
export interface EscrowView {
  readonly hasCollectedPayment: boolean;
  readonly capturableAmount: string;
  readonly refundableAmount: string;
  readonly paymentInfoHash: Hex;
  readonly network: string;
}

/** undefined when the body is no `{ paymentInfo }`. @throws when the chain cannot be asked */
export async function escrowView(
  { client, network }: EvmChain,
  body: unknown,
): Promise<EscrowView | undefined> {
  const asked = Asked.safeParse(body);
  if (!asked.success) return undefined;
  const hash = paymentInfoHash(network, asked.data.paymentInfo);
  const [hasCollectedPayment, capturable, refundable] = await readContract(client, {
    address: network.escrow,
    abi: escrowAbi,
    functionName: 'paymentState',
    args: [hash],
  });
  return {
    hasCollectedPayment,
    capturableAmount: capturable.toString(),
    refundableAmount: refundable.toString(),
    paymentInfoHash: hash,
    network: network.caip2,
  };
}
