import { pointFromScalar, recover, signRecoverable } from 'tiny-secp256k1';
import { concatHex, keccak256, toBytes, toHex } from 'viem/utils';
import { Address, type Hex } from '#contract/ids.ts';

// libsecp256k1 in WebAssembly. viem's own JavaScript does the same, and needs 14 ms of CPU more for the first signature of a process and
// seven times as long to find whose one is (`npm run bench -- cold`, `-- money`).

/**
 * Address of a private key.
 * @throws when it is none, without showing it
 */
export function addressOf(privateKey: Hex): Address {
  const point = pointFromScalar(toBytes(privateKey), false);
  if (point === null) throw new Error('A private key without a public one.');
  return addressAt(point);
}

/** Signs 32 bytes: r, s, v in 65 bytes, byte for byte as viem signs them: deterministic (RFC 6979), with the lower s. */
export function sign(hash: Hex, privateKey: Hex): Hex {
  const { signature, recoveryId } = signRecoverable(toBytes(hash), toBytes(privateKey));
  return concatHex([toHex(signature), recoveryId === 0 ? '0x1b' : '0x1c']);
}

/** Whose signature of 32 bytes it is; undefined when it is none of 65 bytes r, s, v, with v of 27 and 28, or 0 and 1. */
export function signerOf(hash: Hex, signature: Hex): Address | undefined {
  const bytes = toBytes(signature);
  const parity = [27, 28, 0, 1].indexOf(bytes[64] ?? -1) % 2;
  if (bytes.length !== 65 || (parity !== 0 && parity !== 1)) return undefined;
  try {
    const point = recover(toBytes(hash), bytes.subarray(0, 64), parity, false);
    return point === null ? undefined : addressAt(point);
  } catch {
    // numbers that are on no curve
    return undefined;
  }
}

/** Of a public key in 65 bytes: 4, x, y. */
function addressAt(point: Uint8Array): Address {
  return Address.parse(`0x${keccak256(point.subarray(1)).slice(-40)}`);
}
