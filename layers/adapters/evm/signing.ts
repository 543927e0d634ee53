import { hashTypedData, type TransactionSerializableEIP1559, toFunctionSelector } from 'viem';
import type { PaymentInfo } from '#contract/escrow.ts';
import type { Address, Hex } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Verdict } from '#contract/verdict.ts';
import type { EscrowAuthorization } from '#core/ports/wallet.ts';
import { lockTypedData } from './payment-info.ts';
import { sign } from './secp256k1.ts';
import { signTransaction } from './sign-transaction.ts';
import { Transfer, transferTypedData } from './transfer.ts';
import { verdictTypedData } from './verdict.ts';

const RECLAIM = toFunctionSelector(
  'reclaim((address,address,address,address,uint120,uint48,uint48,uint48,uint16,uint16,address,uint256))',
);

/** A key, and whose and for what network it is. */
export interface Holder {
  readonly address: Address;
  readonly network: Network;
  readonly privateKey: Hex;
}

/** @throws when another pays, or in another token than this network's USDC: such a signature could only harm */
export function signLock(
  { address, network, privateKey }: Holder,
  info: PaymentInfo,
): EscrowAuthorization {
  if (info.payer !== address || info.token !== network.usdc) {
    throw new Error(
      `Wallet ${address} signs no lock of ${info.token} for payer ${info.payer}; it pays itself, in ${network.usdc}.`,
    );
  }
  const data = lockTypedData(network, info);
  const { from, to, value, validAfter, validBefore, nonce } = data.message;
  return {
    authorization: {
      from,
      to,
      value: value.toString(),
      validAfter: validAfter.toString(),
      validBefore: validBefore.toString(),
      nonce,
    },
    signature: sign(hashTypedData(data), privateKey),
  };
}

/** @throws when it is anything but a `TransferWithAuthorization`, or another pays */
export function signTransfer(
  { address, network, privateKey }: Holder,
  asked: { readonly primaryType: string; readonly message: unknown },
): Hex {
  const message = Transfer.safeParse(asked.message).data;
  const isOurs = asked.primaryType === 'TransferWithAuthorization' && message?.from === address;
  if (!isOurs) throw new Error(`Wallet ${address} signs for x402 nothing but its own transfers.`);
  return sign(hashTypedData(transferTypedData(network, message)), privateKey);
}

export function signVerdict({ network, privateKey }: Holder, verdict: Verdict): Hex {
  return sign(hashTypedData(verdictTypedData(network, verdict)), privateKey);
}

/** @throws when it is anything but a call of `reclaim` on this network's escrow */
export function signReclaim(
  { address, network, privateKey }: Holder,
  transaction: TransactionSerializableEIP1559,
): Hex {
  const { to, data, value = 0n, chainId } = transaction;
  const isReclaim =
    to === network.escrow &&
    chainId === network.chainId &&
    value === 0n &&
    data?.startsWith(RECLAIM) === true;
  if (!isReclaim)
    throw new Error(
      `Wallet ${address} signs no transaction but to reclaim from ${network.escrow}.`,
    );
  return signTransaction(transaction, privateKey);
}
