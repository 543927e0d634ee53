import { type PendingSettlementStore, x402Facilitator } from '@x402/core/facilitator';
import { PaymentPayloadV2Schema, PaymentRequirementsV2Schema } from '@x402/core/schemas';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { type FacilitatorEvmSigner, toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import { encodeFunctionData } from 'viem';
import { getCode, readContract, verifyTypedData } from 'viem/actions';
import * as z from 'zod';
import type { Network } from '#contract/networks.ts';
import type { EvmChain } from '../evm/evm-chain.ts';
import type { Sender } from './sender.ts';

/**
 * Body of x402 `/verify` and `/settle`, in this network's USDC alone: a token of the asker's own could make our key pay for anything.
 * https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md
 */
export function exactRequestFor({ usdc }: Network) {
  return z.object({
    paymentPayload: z.custom<PaymentPayload>(
      (value) => PaymentPayloadV2Schema.safeParse(value).success,
      'no x402 v2 payment payload',
    ),
    paymentRequirements: z
      .custom<PaymentRequirements>(
        (value) => PaymentRequirementsV2Schema.safeParse(value).success,
        'no x402 v2 payment requirements',
      )
      .refine(({ asset }) => asset.toLowerCase() === usdc, `asset must be ${usdc}`),
  });
}

/** The official x402 v2 facilitator for scheme `exact` on one network, sending through our one writer. */
export function exactFacilitator(
  chain: EvmChain,
  sender: Sender,
  pendingSettlementStore: PendingSettlementStore,
): x402Facilitator {
  const { client, network } = chain;
  const signer: FacilitatorEvmSigner = toFacilitatorEvmSigner({
    address: sender.address,
    readContract: (args) => readContract(client, args),
    verifyTypedData: (args) => verifyTypedData(client, args),
    getCode: (args) => getCode(client, args),
    writeContract: ({ address, ...call }) =>
      sender.exclusively((send) => send({ to: address, data: encodeFunctionData(call) })),
    sendTransaction: (call) => sender.exclusively((send) => send(call)),
    waitForTransactionReceipt: ({ hash }) => sender.receiptOf(hash),
  });
  const scheme = new ExactEvmScheme(signer, { pendingSettlementStore });
  return new x402Facilitator().register(network.caip2, scheme);
}
