import { AgentId } from './ids.ts';
import type { Product } from './products.ts';

/** What an agent does with its beats. */
export type Role =
  | 'coordinator'
  | 'collector'
  | 'skill-extractor'
  | 'voice-extractor'
  | 'soul-extractor'
  | 'validator'
  | 'consumer';

/** One agent. The roster alone drives schedules, wallets, permissions, nicks and dashboards. Money in micro-USDC. */
export interface Agent {
  readonly id: AgentId;
  readonly role: Role;
  /** BIP-44 index of its wallet: `m/44'/60'/0'/0/<hdIndex>`. */
  readonly hdIndex: number;
  readonly channels: readonly string[];
  /** Seconds after the full interval at which it beats, so that not all beat at once. */
  readonly beatOffset: number;
  readonly sells: readonly Product[];
  /** How often one version of what it sells is sold, until its own history tells. @default 1 */
  readonly expectedSales?: Readonly<Partial<Record<Product, number>>>;
  /** What it buys, in order: the next only when the one before was received. */
  readonly wants: readonly Product[];
  readonly budget: { readonly perDay: bigint; readonly perDeal: bigint; readonly reserve: bigint };
}

/** The channel of who keeps the economy running. */
export const OPERATIONS = '#kk-ops';
const channels = ['#karmakadabra', '#execution-market'];
const budget = { perDay: 2_000_000n, perDeal: 500_000n, reserve: 100_000n };

export const ROSTER: readonly Agent[] = [
  {
    id: AgentId.parse('kk-coordinator'),
    role: 'coordinator',
    hdIndex: 0,
    channels: [...channels, OPERATIONS],
    beatOffset: 0,
    sells: [],
    wants: [],
    budget,
  },
  {
    id: AgentId.parse('kk-karma-hello'),
    role: 'collector',
    hdIndex: 1,
    channels,
    beatOffset: 2,
    sells: ['raw_logs', 'user_stats', 'topic_map'],
    wants: [],
    budget,
  },
  {
    id: AgentId.parse('kk-skill-extractor'),
    role: 'skill-extractor',
    hdIndex: 2,
    channels,
    beatOffset: 6,
    sells: ['skill_profiles'],
    wants: ['raw_logs'],
    budget,
  },
  {
    id: AgentId.parse('kk-voice-extractor'),
    role: 'voice-extractor',
    hdIndex: 3,
    channels,
    beatOffset: 8,
    sells: ['voice_profiles'],
    wants: ['raw_logs'],
    budget,
  },
  {
    id: AgentId.parse('kk-validator'),
    role: 'validator',
    hdIndex: 4,
    channels,
    beatOffset: 10,
    sells: [],
    wants: [],
    budget,
  },
  {
    id: AgentId.parse('kk-soul-extractor'),
    role: 'soul-extractor',
    hdIndex: 5,
    channels,
    beatOffset: 9,
    sells: ['soul_profiles'],
    // at one sale a version its inputs cost more than it brings
    expectedSales: { soul_profiles: 2 },
    wants: ['skill_profiles', 'voice_profiles'],
    budget,
  },
  {
    id: AgentId.parse('kk-juanjumagalp'),
    role: 'consumer',
    hdIndex: 6,
    channels,
    beatOffset: 12,
    sells: [],
    wants: ['raw_logs', 'skill_profiles', 'voice_profiles', 'soul_profiles'],
    budget,
  },
];

/** HD indices of keys that are no agent's. */
export const SERVICE_HD_INDEX = {
  facilitator: 100,
  market: 101,
  deployer: 102,
  treasury: 103,
} as const;
export type Service = keyof typeof SERVICE_HD_INDEX;

/** Whoever has a wallet in a stage. The treasury funds agents and is what they are swept to; no room may read its key. */
export function walletOwners({
  hasOwnMarket,
}: {
  readonly hasOwnMarket: boolean;
}): readonly { readonly name: AgentId | Service; readonly hdIndex: number }[] {
  const services: readonly Service[] = hasOwnMarket
    ? ['facilitator', 'market', 'deployer', 'treasury']
    : ['treasury'];
  return [
    ...ROSTER.map(({ id, hdIndex }) => ({ name: id, hdIndex })),
    ...services.map((name) => ({ name, hdIndex: SERVICE_HD_INDEX[name] })),
  ];
}

/** The agent whose logs the others' products rest on. */
export const COLLECTOR = AgentId.parse('kk-karma-hello');

/** Who looks after the others. */
export const COORDINATOR = AgentId.parse('kk-coordinator');

/** The roster's entry; throws for an id that is not on the roster. */
export function agentOf(id: string): Agent {
  const agent = ROSTER.find((entry) => entry.id === id);
  if (agent === undefined) {
    throw new Error(
      `No agent "${id}" on the roster; use one of ${ROSTER.map((entry) => entry.id).join(', ')}.`,
    );
  }
  return agent;
}
