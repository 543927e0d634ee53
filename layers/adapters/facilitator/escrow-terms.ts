import { hashTypedData, isAddressEqual } from 'viem/utils';
import { EscrowSettleRequest, type PaymentInfo } from '#contract/escrow.ts';
import { FEE_BPS } from '#contract/money.ts';
import type { Network } from '#contract/networks.ts';
import { lockTypedData } from '../evm/payment-info.ts';
import { signerOf } from '../evm/secp256k1.ts';

const MAX_UINT120 = 2n ** 120n - 1n;
const MAX_UINT48 = 2 ** 48 - 1;
const MAX_BPS = 10_000;
/** The operator's cap on one payment, in micro-USDC ($100). */
const MAX_AMOUNT = 100_000_000n;

/** Whether the numbers fit into the contract's types. */
export function fits(info: PaymentInfo): boolean {
  const times = [info.preApprovalExpiry, info.authorizationExpiry, info.refundExpiry];
  const fees = [info.minFeeBps, info.maxFeeBps];
  return (
    info.salt.length === 66 &&
    info.maxAmount <= MAX_UINT120 &&
    times.every((time) => time <= MAX_UINT48) &&
    fees.every((bps) => bps >= 0 && bps <= MAX_BPS)
  );
}

/** A settle request whose terms the contract can read. */
export const FittingRequest = EscrowSettleRequest.refine(
  ({ payload }) => fits(payload.paymentInfo),
  'salt must be 32 bytes, maxAmount fit into 120 bits, expiries into 48 bits, and fees lie between 0 and 10,000 bps',
);

type Payload = EscrowSettleRequest['payload'];

/** Why these are not terms that this operator serves on this network; undefined when they are. */
export function refuseTerms(
  network: Network,
  { payload: { paymentInfo: info }, paymentRequirements }: EscrowSettleRequest,
): string | undefined {
  if (paymentRequirements.network !== network.caip2) return 'network_mismatch';
  if (!isAddressEqual(info.operator, network.operator)) return 'operator_mismatch';
  if (!isAddressEqual(info.feeReceiver, network.operator)) return 'fee_receiver_mismatch';
  if (!isAddressEqual(info.token, network.usdc)) return 'token_mismatch';
  if (info.maxAmount === 0n || info.maxAmount > MAX_AMOUNT) return 'amount_out_of_range';
  if (BigInt(info.maxFeeBps) < FEE_BPS || BigInt(info.minFeeBps) > FEE_BPS)
    return 'fee_out_of_range';
  return undefined;
}

/** Why the payer's authorization is not one for exactly these terms, now; undefined when it is. `now` in unix seconds. */
export function refuseAuthorization(
  network: Network,
  { authorization, signature, paymentInfo }: Payload,
  now: number,
): string | undefined {
  if (!authorization || !signature) return 'authorization_missing';
  if (paymentInfo.preApprovalExpiry <= now) return 'authorization_expired';
  const data = lockTypedData(network, paymentInfo);
  const mismatch = compare(authorization, data.message);
  if (mismatch !== undefined) return mismatch;
  const isSigned = signerOf(hashTypedData(data), signature) === paymentInfo.payer;
  return isSigned ? undefined : 'invalid_signature';
}

/** Which field is not the one that the terms give. */
function compare(
  authorization: NonNullable<Payload['authorization']>,
  { from, to, value, validAfter, validBefore, nonce }: ReturnType<typeof lockTypedData>['message'],
): string | undefined {
  if (!isAddressEqual(authorization.from, from)) return 'payer_mismatch';
  if (!isAddressEqual(authorization.to, to)) return 'token_collector_mismatch';
  if (BigInt(authorization.value) !== value) return 'amount_mismatch';
  if (authorization.validAfter !== validAfter.toString()) return 'validity_mismatch';
  if (authorization.validBefore !== validBefore.toString()) return 'validity_mismatch';
  if (authorization.nonce.toLowerCase() !== nonce) return 'nonce_mismatch';
  return undefined;
}
