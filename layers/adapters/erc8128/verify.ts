import { createVerifierClient, Erc8128Error } from '@slicekit/erc8128';
import { hashMessage } from 'viem/utils';
import { Address } from '#contract/ids.ts';
import { signerOf } from '../evm/secp256k1.ts';

const MAX_VALIDITY_SECONDS = 300;
const SKEW_SECONDS = 30;
// a key must fit into a DynamoDB sort key (1,024 bytes) with room for a prefix
const MAX_NONCE_KEY = 512;

/** Where used nonces are remembered. */
export interface Nonces {
  /** True the first time a key is seen; it must stay known for `ttlSeconds`. Throws when that cannot be told. */
  consume(key: string, ttlSeconds: number): Promise<boolean>;
}

export interface VerifyOptions {
  /** The request as the client sent it: absolute URL with the public host, headers, unread body. */
  readonly request: Request;
  readonly nonces: Nonces;
  /** Unix seconds. @default - the system's clock */
  readonly now?: () => number;
}

export type Verified =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly reason: string };

/**
 * Who signed this request (ERC-8128: RFC 9421 components signed as EIP-191 message by the key in `keyid`).
 * Policy of Execution Market: valid for 300 s at most, 30 s skew, a nonce always, `content-digest` with a body.
 * The nonce is consumed only by a good signature, so that nobody can burn another's. The body stays unread.
 * Format: https://erc8128.org and RFC 9421; `reason` is the verifier's word (`missing_headers`, `expired`, `replay` ...).
 * @throws when the nonce store does
 */
export async function verifyRequest({ request, nonces, now }: VerifyOptions): Promise<Verified> {
  // the library answers "bad signature" for a broken nonce store too, which is no answer about the signature
  let broken: { readonly error: unknown } | undefined;
  const verifier = createVerifierClient({
    verifyMessage: ({ address, message, signature }) =>
      Promise.resolve(signerOf(hashMessage(message), signature) === address),
    nonceStore: {
      consume: async (key, ttlSeconds) => {
        if (key.length > MAX_NONCE_KEY) return false;
        try {
          return await nonces.consume(key, ttlSeconds + SKEW_SECONDS + 1);
        } catch (error) {
          broken = { error };
          return false;
        }
      },
    },
    defaults: {
      maxValiditySec: MAX_VALIDITY_SECONDS,
      clockSkewSec: SKEW_SECONDS,
      nonceKey: (keyid, nonce) => `${keyid.toLowerCase()}:${nonce}`,
      ...(now && { now }),
    },
  });
  const result = await verifier.verifyRequest({ request: request.clone() }).catch(malformed);
  if (broken) throw new Error('The nonce store could not be asked.', { cause: broken.error });
  return result.ok
    ? { ok: true, address: Address.parse(result.address) }
    : { ok: false, reason: result.reason };
}

/** A signature over a component that the request lacks is a bad signature, not a fault of ours. */
function malformed(error: unknown): { readonly ok: false; readonly reason: string } {
  if (error instanceof Erc8128Error) return { ok: false, reason: 'bad_signature_input' };
  throw error;
}
