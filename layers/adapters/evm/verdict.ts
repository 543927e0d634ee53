import type { Network } from '#contract/networks.ts';
import type { Verdict } from '#contract/verdict.ts';

const types = {
  Verdict: [
    { name: 'id', type: 'string' },
    { name: 'taskId', type: 'string' },
    { name: 'seller', type: 'string' },
    { name: 'product', type: 'string' },
    { name: 'sha256', type: 'bytes32' },
    { name: 'records', type: 'uint64' },
    { name: 'score', type: 'uint8' },
    { name: 'reasons', type: 'string[]' },
    { name: 'at', type: 'string' },
  ],
} as const;

/** What the validator signs (EIP-712), all of the verdict; for a buyer to check with viem's `verifyTypedData`. */
export function verdictTypedData({ chainId }: Pick<Network, 'chainId'>, verdict: Verdict) {
  return {
    domain: { name: 'Economia Viva Verdict', version: '1', chainId },
    types,
    primaryType: 'Verdict',
    message: {
      ...verdict,
      sha256: `0x${verdict.sha256}`,
      records: BigInt(verdict.records),
    },
  } as const;
}
