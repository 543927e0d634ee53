import * as z from 'zod';

/** Allow-list of chains; the default everywhere is `local`. */
export const NetworkName = z.enum(['local', 'base-sepolia', 'base']);
export type NetworkName = z.infer<typeof NetworkName>;

type Hex20 = `0x${string}`;

/** What the economy needs to know of a chain; addresses lower-case. */
export interface Network {
  readonly name: NetworkName;
  readonly chainId: number;
  /** CAIP-2 id, as x402 v2 wants it. */
  readonly caip2: `eip155:${number}`;
  readonly usdc: Hex20;
  /** EIP-712 domain of the USDC contract: its name differs between Base and Base Sepolia. */
  readonly usdcName: 'USD Coin' | 'USDC';
  readonly escrow: Hex20;
  readonly operator: Hex20;
  readonly tokenCollector: Hex20;
  /** ERC-8004 registries: https://eips.ethereum.org/EIPS/eip-8004 */
  readonly identity: Hex20;
  readonly reputation: Hex20;
  /** Who writes ERC-8004 feedback for agents without gas: with the roster's own wallets, the clients whose word counts. */
  readonly relayers: readonly Hex20[];
  /** Real money: nothing runs here without an explicit setting. */
  readonly isMainnet: boolean;
}

const testRegistries = {
  identity: '0x8004a818bfb912233c491871b3d84c89a494bd9e',
  reputation: '0x8004b663056a597dffe9eccc1965a193b7388713',
} as const;
const sepoliaUsdc = '0x036cbd53842c5426634e7929541ec2318f3dcf7e';

export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  local: {
    name: 'local',
    chainId: 84532,
    caip2: 'eip155:84532',
    usdc: sepoliaUsdc,
    usdcName: 'USDC',
    escrow: '0x0a1a962cd8888dbff942659950b0e41dfba31982',
    operator: '0x950353dfa1c679c13a75bdf8517f53bd0bf2252b',
    tokenCollector: '0x9cde12e5eeb82445c2fb5e7ee072b4cce5d37385',
    ...testRegistries,
    relayers: ['0x8c3229ec621644789d7f61faa82c6d0e5f97d43d'],
    isMainnet: false,
  },
  'base-sepolia': {
    name: 'base-sepolia',
    chainId: 84532,
    caip2: 'eip155:84532',
    usdc: sepoliaUsdc,
    usdcName: 'USDC',
    escrow: '0x0000000000000000000000000000000000000000',
    operator: '0x0000000000000000000000000000000000000000',
    tokenCollector: '0x0000000000000000000000000000000000000000',
    ...testRegistries,
    relayers: [],
    isMainnet: false,
  },
  base: {
    name: 'base',
    chainId: 8453,
    caip2: 'eip155:8453',
    usdc: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
    usdcName: 'USD Coin',
    escrow: '0xb9488351e48b23d798f24e8174514f28b741eb4f',
    operator: '0x271f9fa7f8907acf178ccfb470076d9129d8f0eb',
    tokenCollector: '0x48adf6e37f9b31dc2aad0462c5862b5422c736b8',
    identity: '0x8004a169fb4a3325136eb29fa0ceb6d2e539a432',
    reputation: '0x8004baa17c55a88189ae136b182e5fda19de9b63',
    relayers: ['0x103040545ac5031a11e8c03dd11324c7333a13c7'],
    isMainnet: true,
  },
};
