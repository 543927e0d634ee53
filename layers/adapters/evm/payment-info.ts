import { encodeAbiParameters, keccak256, pad, parseAbiParameters, toHex, zeroAddress } from 'viem';
import type { PaymentInfo } from '#contract/escrow.ts';
import { Address, type Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';

/** Of `PaymentInfo(...)` in the escrow contract. Source: facts/execution-market.md section 3.6. */
const TYPEHASH = '0xae68ac7ce30c86ece8196b61a7c486d8f0061f575037fbd34e7fe4e2820c6591';

const outer = parseAbiParameters('uint256 chainId, address escrow, bytes32 infoHash');
const inner = parseAbiParameters(
  'bytes32 typehash, address operator, address payer, address receiver, address token, uint120 maxAmount, uint48 preApprovalExpiry, uint48 authorizationExpiry, uint48 refundExpiry, uint16 minFeeBps, uint16 maxFeeBps, address feeReceiver, uint256 salt',
);

/** PaymentInfo as the contracts' ABI wants it. */
export type OnChainPaymentInfo = Omit<PaymentInfo, 'salt'> & { readonly salt: bigint };

export function toChain(info: PaymentInfo): OnChainPaymentInfo {
  return { ...info, salt: BigInt(info.salt) };
}

/** The way back; addresses become lower-case and the salt 32 bytes. */
export function fromChain(info: OnChainPaymentInfo): PaymentInfo {
  return {
    ...info,
    operator: Address.parse(info.operator),
    payer: Address.parse(info.payer),
    receiver: Address.parse(info.receiver),
    token: Address.parse(info.token),
    feeReceiver: Address.parse(info.feeReceiver),
    salt: pad(toHex(info.salt)),
  };
}

/** The escrow's key of a payment (`AuthCaptureEscrow.getHash`): keccak256(abi.encode(chainId, escrow, keccak256(abi.encode(typehash, info)))). */
export function paymentInfoHash(network: Network, info: PaymentInfo): Hex {
  const infoHash = keccak256(
    encodeAbiParameters(inner, [
      TYPEHASH,
      info.operator,
      info.payer,
      info.receiver,
      info.token,
      info.maxAmount,
      info.preApprovalExpiry,
      info.authorizationExpiry,
      info.refundExpiry,
      info.minFeeBps,
      info.maxFeeBps,
      info.feeReceiver,
      BigInt(info.salt),
    ]),
  );
  return keccak256(encodeAbiParameters(outer, [BigInt(network.chainId), network.escrow, infoHash]));
}

/** EIP-3009 nonce of the payer's signature: the payment's hash with no payer in it, for whoever signs is the payer. */
export function lockNonce(network: Network, info: PaymentInfo): Hex {
  return paymentInfoHash(network, { ...info, payer: zeroAddress });
}

/** The fields of both authorizations of EIP-3009 (https://eips.ethereum.org/EIPS/eip-3009). */
export const AUTHORIZATION = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
] as const;

const types = { ReceiveWithAuthorization: AUTHORIZATION } as const;

/** EIP-712 domain of the network's USDC. */
export function usdcDomain({ usdcName, chainId, usdc }: Network) {
  return { name: usdcName, version: '2', chainId, verifyingContract: usdc } as const;
}

/** What the payer signs to lock a payment: EIP-3009 `ReceiveWithAuthorization` of the whole `maxAmount` to the token collector. */
export function lockTypedData(network: Network, info: PaymentInfo) {
  return {
    domain: usdcDomain(network),
    types,
    primaryType: 'ReceiveWithAuthorization',
    message: {
      from: info.payer,
      to: network.tokenCollector,
      value: info.maxAmount,
      validAfter: 0n,
      validBefore: BigInt(info.preApprovalExpiry),
      nonce: lockNonce(network, info),
    },
  } as const;
}
