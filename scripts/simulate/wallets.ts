import { Address, type AgentId, Hex } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { ROSTER } from '#contract/roster.ts';
import type { EscrowAuthorization, Wallet } from '#core/ports/wallet.ts';

const network = NETWORKS.local;

export const WALLETS: ReadonlyMap<AgentId, Address> = new Map(
  ROSTER.map(({ id }, index) => [
    id,
    Address.parse(`0x${(index + 1).toString(16).padStart(40, 'a')}`),
  ]),
);

export function addressOf(agentId: AgentId): Address {
  const address = WALLETS.get(agentId);
  if (address === undefined) throw new Error(`${agentId} has no wallet.`);
  return address;
}

/** It signs whatever it is given: signatures are not what is simulated. */
export function walletOf(address: Address): Wallet {
  return {
    address,
    signMessage: () => Promise.resolve(Hex.parse('0x00')),
    signLock: (info) =>
      Promise.resolve({
        authorization: {
          from: address,
          to: network.tokenCollector,
          value: info.maxAmount.toString(),
          validAfter: '0',
          validBefore: String(info.preApprovalExpiry),
          nonce: info.salt,
        },
        signature: Hex.parse('0x00'),
      } satisfies EscrowAuthorization),
  };
}
