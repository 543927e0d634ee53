import type { Client, Hex } from 'viem';
import { getCode } from 'viem/actions';
import type { Network } from '#contract/networks.ts';
import { CONTRACTS, type ContractName, creationOf, isForeign, runtimeOf } from './contracts.ts';

/**
 * `ours`: byte for byte what the checked-in artefacts make; `foreign`: somebody else's, as it should be on this chain; `differs`: code
 * that should be ours and is not; `absent`: no code.
 */
export interface Verified {
  readonly name: ContractName;
  readonly address: Hex;
  readonly status: 'ours' | 'foreign' | 'differs' | 'absent';
  readonly ok: boolean;
}

/** What stands where the network's entry says that its contracts are. Reads only. */
export function verifyContracts(
  client: Client,
  network: Network,
  facilitator: Hex,
): Promise<readonly Verified[]> {
  return Promise.all(
    CONTRACTS.map(async (name) => {
      const address = network[name];
      const [code, ours] = await Promise.all([
        getCode(client, { address }),
        runtimeOf(client, creationOf(name, network, facilitator)),
      ]);
      const status = statusOf(code, ours, isForeign(name, network));
      return { name, address, status, ok: status === 'ours' || status === 'foreign' };
    }),
  );
}

function statusOf(code: Hex | undefined, ours: Hex, mayDiffer: boolean): Verified['status'] {
  if (code === undefined) return 'absent';
  if (code === ours) return 'ours';
  return mayDiffer ? 'foreign' : 'differs';
}
