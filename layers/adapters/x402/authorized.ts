import type { PaymentPayload } from '@x402/core/types';
import * as z from 'zod';
import { Address, Hex, TxHash } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { X402Payment } from '#contract/x402.ts';

/** A uint256: what is larger can be neither hashed nor signed. */
const Whole = z.string().refine((text) => /^\d{1,78}$/.test(text) && BigInt(text) < 2n ** 256n);
/** `payload` of scheme `exact` by EIP-3009. */
export const Authorized = z.object({
  signature: Hex,
  authorization: z.object({
    from: Address,
    to: Address,
    value: Whole,
    validAfter: Whole,
    validBefore: Whole,
    nonce: TxHash,
  }),
});
export type Authorized = z.infer<typeof Authorized>;

/** The payment that a payload authorizes on this network, as it claims; undefined when it is none by EIP-3009. */
export function authorizedIn(
  { payload }: Pick<PaymentPayload, 'payload'>,
  { caip2, usdc }: Network,
): (Authorized & { readonly payment: X402Payment }) | undefined {
  const authorized = Authorized.safeParse(payload).data;
  if (authorized === undefined) return undefined;
  const { from, to, value, validBefore, nonce } = authorized.authorization;
  // beyond what a number holds, it is valid for too long in any case
  const ends = BigInt(validBefore);
  const last = BigInt(Number.MAX_SAFE_INTEGER);
  return {
    ...authorized,
    payment: {
      network: caip2,
      asset: usdc,
      from,
      to,
      nonce,
      amount: BigInt(value),
      validBefore: Number(ends < last ? ends : last),
    },
  };
}
