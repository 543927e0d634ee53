import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { NetworkName } from '#contract/networks.ts';
import type { TalkLimits } from '#contract/talk.ts';

/** A market of our own, deployed with the stage, or somebody else's with Execution Market's contract. */
export type MarketOf =
  | { readonly kind: 'own' }
  | {
      readonly kind: 'other';
      readonly marketUrl: string;
      /** With its slash at the end. */
      readonly mcpUrl: string;
      readonly facilitatorUrl: string;
    };

/** Everything in which one stage differs from another. */
export interface StageValues {
  readonly name: string;
  readonly region: string;
  /** Two of the region's zones: fixed, so that synth asks nobody. */
  readonly zones: readonly string[];
  readonly network: NetworkName;
  /** Default of parameter `RpcUrl`. */
  readonly rpcUrl: string;
  readonly market: MarketOf;
  /** The market's door for sellers: Execution Market takes a worker's signature over MCP only. */
  readonly worker: 'rest' | 'mcp';
  /** `em`: a market that counts requests by address, so that all agents share one bucket of them. */
  readonly limits: 'own' | 'em';
  /** Default of parameter `MarketAddress`. @default - own markets: whoever deploys must give it */
  readonly marketAddress?: string;
  /** Decimal ERC-8004 ids that agents' wallets hold already, by agent. @default - each registers itself in its first beat */
  readonly identities?: Readonly<Record<string, string>>;
  readonly irc: {
    /** `host:port` of one network, by commas: default of parameter `IrcServers`. */
    readonly servers: string;
    readonly tls: 'on' | 'off';
    /** `patient` keeps the flood limits of networks of strangers. */
    readonly temper: 'patient' | 'quick';
    /** SHA-256, by commas, of certificates that no authority vouches for: default of parameter `IrcFingerprints`. @default - none */
    readonly fingerprints?: string;
    /** Who may give privileged commands, as COMMAND_OWNERS: default of parameter `CommandOwners`. */
    readonly owners: string;
    /** How often what people say goes to the log. */
    readonly logEvery: Duration;
  };
  /**
   * Whether the IRC relay runs, and on what: `spot` costs a third and AWS may take it away with two minutes' notice; everybody is then
   * off IRC for about a minute, and nothing is lost.
   */
  /** How much agents say, where it is not the default. */
  readonly talk: Partial<TalkLimits>;
  readonly relay: 'on-demand' | 'spot' | 'off';
  /** How often each agent beats: whole minutes. */
  readonly every: Duration;
  /**
   * How a beat finds its place within the interval. `exact`: a start date, to the second; the local scheduler takes it, AWS
   * refuses start dates in the past. `minute`: a cron line and a flexible window of one minute, AWS's own grain.
   */
  readonly phase: 'exact' | 'minute';
  /** IANA zone of wall clocks in chat logs. */
  readonly logTimeZone: string;
  /** Hosts, by commas, besides the data bucket's own that a delivery may redirect to: default of parameter `DeliveryHosts`. */
  readonly deliveryHosts?: string;
  /** Megabytes per room; CPU grows with them. */
  readonly memory: Readonly<Record<'heartbeat' | 'collect-logs' | 'door' | 'wake', number>>;
  /** How long each may run. A killed beat's lease ends with its timeout: the shorter, the sooner its agent goes on. */
  readonly timeouts: Readonly<Record<'heartbeat' | 'collect-logs' | 'door' | 'wake', Duration>>;
  /** How many timeouts of its reader a message stays hidden: 6 is AWS's advice, 1 repeats soonest. */
  readonly hiddenTimeouts: number;
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly logRetention: RetentionDays;
  /** Of tables, bucket and wallets. */
  readonly removal: RemovalPolicy;
  /** Dollars a month above which the account's bill rings. */
  readonly budgetUsd: number;
  /** Who gets the alarms: e-mail addresses. */
  readonly operators: readonly string[];
}

const common = {
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b'],
  every: Duration.minutes(5),
  relay: 'spot',
  worker: 'rest',
  limits: 'own',
  talk: {},
  logTimeZone: 'UTC',
  memory: { heartbeat: 256, 'collect-logs': 256, door: 256, wake: 128 },
  timeouts: {
    heartbeat: Duration.seconds(120),
    'collect-logs': Duration.seconds(90),
    // API Gateway gives up after 30 s: the room should know it first
    door: Duration.seconds(29),
    wake: Duration.seconds(10),
  },
  hiddenTimeouts: 6,
  throttle: { rateLimit: 50, burstLimit: 100 },
  budgetUsd: 20,
  operators: [],
} as const;

const meshrelay = {
  servers: 'irc.meshrelay.xyz:6697',
  owners: '',
  tls: 'on',
  temper: 'patient',
  logEvery: Duration.hours(1),
} as const;

/** Runs in `npm start`, never in AWS. */
export const local: StageValues = {
  ...common,
  name: 'local',
  network: 'local',
  rpcUrl: 'http://127.0.0.1:8545',
  market: { kind: 'own' },
  // nobody's: the local start passes the real one
  marketAddress: '0x0000000000000000000000000000000000000000',
  irc: {
    servers: '127.0.0.1:6667',
    tls: 'off',
    temper: 'quick',
    logEvery: Duration.minutes(1),
    // the local server knows no accounts, and whoever reaches it is at this machine
    owners: '*@localhost',
  },
  // a beat every two seconds is a day in ten minutes: two minutes hold more lines than elsewhere
  talk: { burst: 1_000 },
  phase: 'exact',
  deliveryHosts: '127.0.0.1,localhost',
  timeouts: {
    ...common.timeouts,
    heartbeat: Duration.seconds(30),
    'collect-logs': Duration.seconds(60),
  },
  hiddenTimeouts: 1,
  throttle: { rateLimit: 1000, burstLimit: 2000 },
  logRetention: RetentionDays.ONE_DAY,
  removal: RemovalPolicy.DESTROY,
};

/** Test money on Base Sepolia, with a market of our own. */
export const sandbox: StageValues = {
  ...common,
  name: 'sandbox',
  network: 'base-sepolia',
  rpcUrl: 'https://sepolia.base.org',
  market: { kind: 'own' },
  irc: meshrelay,
  phase: 'minute',
  logRetention: RetentionDays.TWO_WEEKS,
  removal: RemovalPolicy.DESTROY,
};

/** Real money on Base, on Execution Market. */
export const prod: StageValues = {
  ...common,
  name: 'prod',
  network: 'base',
  rpcUrl: 'https://mainnet.base.org',
  market: {
    kind: 'other',
    marketUrl: 'https://api.execution.market',
    mcpUrl: 'https://mcp.execution.market/mcp/',
    facilitatorUrl: 'https://facilitator.ultravioletadao.xyz',
  },
  worker: 'mcp',
  limits: 'em',
  // minted in 2026 to the wallets of the roster's HD indices
  identities: {
    'kk-coordinator': '18775',
    'kk-karma-hello': '18776',
    'kk-skill-extractor': '18777',
    'kk-voice-extractor': '18778',
    'kk-validator': '18779',
    'kk-soul-extractor': '18895',
    'kk-juanjumagalp': '18896',
  },
  irc: meshrelay,
  phase: 'minute',
  logRetention: RetentionDays.THREE_MONTHS,
  removal: RemovalPolicy.RETAIN,
};
