import { type Client, concat, encodeAbiParameters, type Hex, numberToHex, size } from 'viem';
import type { Network } from '#contract/networks.ts';
import {
  COLLECTOR,
  ESCROW,
  IDENTITY,
  OPERATOR,
  REPUTATION,
  TEST_USDC,
} from '../local/chain/artefacts.ts';

/** In the order of their deployment: on the local chain the addresses of the first three follow from it. */
export const CONTRACTS = [
  'escrow',
  'tokenCollector',
  'operator',
  'usdc',
  'identity',
  'reputation',
] as const;
export type ContractName = (typeof CONTRACTS)[number];

/** Where the contracts of a network stand; its facilitator may authorize, release and refund. */
export type Addresses = Pick<Network, ContractName>;

/** On a public chain these are somebody else's, at addresses that everybody knows. */
const PUBLIC: ReadonlySet<ContractName> = new Set(['usdc', 'identity', 'reputation']);

/** Whether the code at this address is somebody else's by right. */
export function isForeign(name: ContractName, network: Network): boolean {
  return network.isMainnet || (network.name !== 'local' && PUBLIC.has(name));
}

/** What a transaction must carry to make this contract. */
export function creationOf(name: ContractName, at: Addresses, facilitator: Hex): Hex {
  switch (name) {
    case 'escrow':
      return ESCROW.bytecode;
    case 'tokenCollector':
      return withAddresses(COLLECTOR.bytecode, [at.escrow]);
    case 'operator':
      return withAddresses(OPERATOR.bytecode, [at.escrow, facilitator]);
    case 'usdc':
      return minted(TEST_USDC.runtime);
    case 'identity':
      return IDENTITY.bytecode;
    case 'reputation':
      return withAddresses(REPUTATION.bytecode, [at.identity]);
  }
}

/** The code that such a transaction would leave behind, immutables filled in: the node runs the constructor and keeps nothing. */
export async function runtimeOf(client: Client, creation: Hex): Promise<Hex> {
  return client.request({ method: 'eth_call', params: [{ data: creation }, 'latest'] });
}

function withAddresses(bytecode: Hex, addresses: readonly Hex[]): Hex {
  const types = addresses.map(() => ({ type: 'address' }));
  return concat([bytecode, encodeAbiParameters(types, addresses)]);
}

/**
 * Leaves this code behind and notes the sender in slot 0, who may mint:
 * CALLER PUSH0 SSTORE; PUSH2 <size> DUP1 PUSH1 13 PUSH0 CODECOPY PUSH0 RETURN
 */
function minted(runtime: Hex): Hex {
  return concat([
    '0x335f5561',
    numberToHex(size(runtime), { size: 2 }),
    '0x80600d5f395ff3',
    runtime,
  ]);
}
