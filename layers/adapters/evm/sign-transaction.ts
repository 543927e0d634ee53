import {
  keccak256,
  parseSignature,
  serializeTransaction,
  type TransactionSerializableEIP1559,
} from 'viem';
import type { Hex } from '#contract/ids.ts';
import { sign } from './secp256k1.ts';

/** Ready to be sent. */
export function signTransaction(transaction: TransactionSerializableEIP1559, privateKey: Hex): Hex {
  const signature = sign(keccak256(serializeTransaction(transaction)), privateKey);
  return serializeTransaction(transaction, parseSignature(signature));
}
