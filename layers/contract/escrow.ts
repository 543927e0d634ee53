import * as z from 'zod';
import { Address, Hex } from './ids.ts';

const uint = z.codec(z.union([z.string().regex(/^\d+$/), z.int().nonnegative()]), z.bigint(), {
  decode: (n) => BigInt(n),
  encode: (n) => n.toString(),
});
const seconds = z.int().nonnegative();

/**
 * Terms of one escrowed payment (commerce-payments `PaymentInfo`), as the facilitator wants it: camelCase, `maxAmount` a decimal
 * string in micro-USDC, expiries in unix seconds, `salt` 32 bytes. The EIP-3009 nonce commits to all of it but the payer.
 * Source: `facts/execution-market.md` section 3.6.
 */
export const PaymentInfo = z.object({
  operator: Address,
  payer: Address,
  receiver: Address,
  token: Address,
  maxAmount: uint,
  preApprovalExpiry: seconds,
  authorizationExpiry: seconds,
  refundExpiry: seconds,
  minFeeBps: z.int(),
  maxFeeBps: z.int(),
  feeReceiver: Address,
  salt: Hex,
});
export type PaymentInfo = z.infer<typeof PaymentInfo>;

/** The JSON form of PaymentInfo. */
export type PaymentInfoJson = Omit<PaymentInfo, 'maxAmount'> & { readonly maxAmount: string };

export function paymentInfoToJson(info: PaymentInfo): PaymentInfoJson {
  return { ...info, maxAmount: info.maxAmount.toString() };
}

/**
 * Facilitator `POST /settle` with scheme `escrow`: locks a payment (no action), or `release`s or `refundInEscrow`s it
 * (market only, ERC-8128 signed). Asking twice answers the same transaction.
 */
export const EscrowSettleRequest = z.object({
  x402Version: z.literal(2),
  scheme: z.literal('escrow'),
  action: z.enum(['release', 'refundInEscrow']).optional(),
  payload: z.object({
    authorization: z
      .object({
        from: Address,
        to: Address,
        value: z.string().regex(/^\d+$/),
        validAfter: z.string().regex(/^\d+$/),
        validBefore: z.string().regex(/^\d+$/),
        nonce: Hex,
      })
      .optional(),
    signature: Hex.optional(),
    paymentInfo: PaymentInfo,
  }),
  paymentRequirements: z.object({ scheme: z.literal('escrow'), network: z.string() }).loose(),
});
export type EscrowSettleRequest = z.infer<typeof EscrowSettleRequest>;

/** x402 settle response; `transaction` is empty unless `success`. */
export const SettleResponse = z
  .object({
    success: z.boolean(),
    transaction: z.string(),
    network: z.string(),
    payer: z.string().optional(),
    errorReason: z.string().optional(),
    errorMessage: z.string().optional(),
  })
  .loose();
export type SettleResponse = z.infer<typeof SettleResponse>;
