import { METRICS } from '#contract/metrics.ts';
import { HOURS, type Item, MINUTES, PRICES, SPOT_SHARE } from './prices.ts';
import type { Stack } from './stack.ts';
import { USAGE } from './usage.ts';

const DAYS = HOURS / 24;
const GB = 1e9;

export interface Load {
  readonly agents: number;
  readonly beatMinutes: number;
  /** New chat messages a month. */
  readonly messages: number;
}

/** One line of the bill: `quantity` as used, `usd` after what is free. */
export interface Line {
  readonly item: Item;
  readonly unit: string;
  readonly quantity: number;
  readonly usd: number;
}

export interface Bill {
  readonly monthlyUsd: number;
  readonly perAgentUsd: number;
  readonly lines: readonly Line[];
}

type Use = Partial<Record<Item, number>>;

/**
 * A month of a synthesized stage under this load. What the templates hold is for the roster; agents beyond it add what they use and
 * no resource of their own, but one more relay for every thousand connections.
 */
export function billOf(stack: Stack, load: Load): Bill {
  const deals = load.agents * USAGE.dealsPerAgentDay * DAYS;
  const uses = [
    standing(stack),
    relays(stack, load),
    beats(stack, load),
    traded(stack, { deals, beats: beatsOf(load) }),
    collected(stack, load),
    refined(stack, load),
    reconciled(stack, load),
  ];
  const items = Object.keys(PRICES).filter(isItem);
  const lines = items
    .map((item) =>
      lineOf(
        item,
        uses.reduce((sum, use) => sum + (use[item] ?? 0), 0),
      ),
    )
    .filter(({ quantity }) => quantity > 0)
    .toSorted((a, b) => b.usd - a.usd);
  const monthlyUsd = lines.reduce((sum, { usd }) => sum + usd, 0);
  return { monthlyUsd, perAgentUsd: monthlyUsd / load.agents, lines };
}

function lineOf(item: Item, quantity: number): Line {
  const { each, free, unit } = PRICES[item];
  return { item, unit, quantity, usd: Math.max(0, quantity - free) * each };
}

function isItem(name: string): name is Item {
  return name in PRICES;
}

function beatsOf({ agents, beatMinutes }: Load): number {
  return (agents * MINUTES) / beatMinutes;
}

/** What stands there, used or not. */
function standing({ counts, alarmMetrics, queueMappings }: Stack): Use {
  const of = (type: string) => counts[type] ?? 0;
  return {
    secrets: of('AWS::SecretsManager::Secret'),
    keys: of('AWS::KMS::Key'),
    alarms: alarmMetrics,
    dashboards: of('AWS::CloudWatch::Dashboard'),
    metrics: Object.keys(METRICS).length,
    queues: queueMappings * USAGE.mapping.requestsPerMonth,
    natGateways: of('AWS::EC2::NatGateway') * HOURS,
    loadBalancers: of('AWS::ElasticLoadBalancingV2::LoadBalancer') * HOURS,
  };
}

function relays({ relay, counts }: Stack, { agents }: Load): Use {
  const { agents: most, pollSeconds, logBytesPerMinute, imageGB } = USAGE.relay;
  const tasks = (counts['AWS::ECS::Service'] ?? 0) * Math.ceil(agents / most);
  const share = relay.isSpot ? SPOT_SHARE : 1;
  return {
    relayCpu: tasks * relay.vCpu * HOURS * share,
    relayMemory: tasks * relay.GB * HOURS * share,
    relayAddress: tasks * HOURS,
    image: tasks > 0 ? imageGB : 0,
    queues: (tasks * MINUTES * 60) / pollSeconds,
    logs: (tasks * MINUTES * logBytesPerMinute) / GB,
  };
}

function beats({ memory, counts }: Stack, load: Load): Use {
  const { writes, reads, seconds, initSeconds, warmShare, warmMinutes, logBytes } = USAGE.beat;
  const n = beatsOf(load);
  const cold = load.beatMinutes > warmMinutes ? 1 : 1 - warmShare;
  const GBytes = load.agents * (USAGE.storage.bytesPerAgent / GB);
  return {
    lambdaTime: n * gigabytes(memory['heartbeat']) * (seconds + cold * initSeconds),
    lambdaRequests: n,
    scheduler: n,
    dynamoWrites: n * writes,
    dynamoReads: n * reads,
    logs: (n * logBytes) / GB,
    dynamoStorage: GBytes,
    dynamoBackup: GBytes,
    // each cold start opens its key
    keyRequests: (counts['AWS::KMS::Key'] ?? 0) > 0 ? n * cold : 0,
  };
}

/** Deals, and where the market is ours, its doors. */
function traded(
  { memory }: Stack,
  { deals, beats: n }: { readonly deals: number; readonly beats: number },
): Use {
  const { deal, door, line, beat } = USAGE;
  const isOurs = memory['market'] !== undefined;
  const market = isOurs ? n * beat.marketRequests + deals * deal.marketRequests : 0;
  const facilitator = isOurs ? deals * deal.facilitatorRequests : 0;
  const requests = market + facilitator + deals * deal.storefrontRequests;
  return {
    doors: requests,
    lambdaRequests: requests,
    lambdaTime: requests * door.seconds * gigabytes(memory['storefront']),
    dynamoWrites: deals * deal.writes + requests * door.writes,
    dynamoReads: deals * deal.reads + requests * door.reads,
    logs: (requests * door.logBytes) / GB,
    queues: deals * deal.ircLines * line.queueRequests,
    s3Writes: deals * deal.s3Writes,
    s3Reads: deals * deal.s3Reads,
  };
}

function collected({ memory }: Stack, { messages }: Load): Use {
  const { upload, refine } = USAGE;
  const uploads = messages / upload.messages;
  return {
    lambdaRequests: uploads,
    lambdaTime: uploads * upload.seconds * gigabytes(memory['collect-logs']),
    dynamoWrites: uploads * upload.writes,
    dynamoReads: uploads * upload.reads,
    queues: uploads * upload.queueRequests,
    s3Writes: uploads * upload.s3Writes,
    s3Reads: uploads * upload.s3Reads,
    // raw, corpus and products
    s3Storage: (3 * messages * refine.corpusMonths * upload.bytesPerMessage) / GB,
  };
}

/** All products once a day, of a year's messages. */
function refined({ memory }: Stack, { messages }: Load): Use {
  const { cpuSecondsPerMillion, coresPerMb, perDay, corpusMonths } = USAGE.refine;
  const megabytes = memory['heartbeat'] ?? 0;
  const cpu = ((messages * corpusMonths) / 1e6) * cpuSecondsPerMillion * perDay * DAYS;
  return { lambdaTime: (cpu / (megabytes * coresPerMb)) * gigabytes(megabytes) };
}

function reconciled({ memory }: Stack, { agents, beatMinutes }: Load): Use {
  const { seconds, secondsPerAgent, readsPerAgent, logBytes } = USAGE.reconcile;
  const runs = MINUTES / beatMinutes;
  return {
    lambdaRequests: runs,
    lambdaTime: runs * (seconds + agents * secondsPerAgent) * gigabytes(memory['reconcile']),
    scheduler: runs,
    dynamoReads: runs * agents * readsPerAgent,
    dynamoWrites: runs,
    logs: (runs * logBytes) / GB,
  };
}

function gigabytes(megabytes = 0): number {
  return megabytes / 1024;
}
