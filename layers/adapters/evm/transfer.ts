import * as z from 'zod';
import { Address, Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import { AUTHORIZATION, usdcDomain } from './payment-info.ts';

const Whole = z.coerce.bigint();

/** The message of EIP-3009 `TransferWithAuthorization` (https://eips.ethereum.org/EIPS/eip-3009): scheme `exact` of x402. */
export const Transfer = z.object({
  from: Address,
  to: Address,
  value: Whole,
  validAfter: Whole,
  validBefore: Whole,
  nonce: Hex,
});

const types = { TransferWithAuthorization: AUTHORIZATION } as const;

/** What a payer signs for a direct payment in USDC. */
export function transferTypedData(network: Network, message: z.infer<typeof Transfer>) {
  const primaryType = 'TransferWithAuthorization';
  return { domain: usdcDomain(network), types, primaryType, message } as const;
}
