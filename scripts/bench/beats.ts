import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command } from 'commander';
import { privateKeyToAddress } from 'viem/accounts';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { storeWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { Address } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { SERVICE_HD_INDEX } from '#contract/roster.ts';
import { type Bill, billOf } from '../cost/bill.ts';
import { stackOf } from '../cost/stack.ts';
import { USAGE } from '../cost/usage.ts';
import { devAccount, devPrivateKey } from '../local/chain/accounts.ts';
import { startChain } from '../local/chain/chain.ts';
import { type Cloud, startCloud } from '../local/cloud/cloud.ts';
import type { Report } from '../local/cloud/lambda/function.ts';
import { giveKeys } from '../local/economy/wallets.ts';
import { wholeNumber } from '../viva/options.ts';
import { fail, print, table } from '../viva/output.ts';
import { assembleFleet, bundleFleet, FLEET, fleetOf, type Member } from './beats/fleet.ts';
import { type Round, roundOf } from './beats/round.ts';
import { TableWatch } from './beats/table-watch.ts';

const STAGE = 'local';
const STACKS = ['state', 'logs', 'irc', 'market', 'agents'].map(
  (stack) => `economia-viva-${STAGE}-${stack}`,
);
/** What issue 7 asks of 200 agents. */
const GOALS = { wallMs: 60_000, p95Ms: 1_500 } as const;
const BEAT_MINUTES = 5;
const MOST_SETTLING = 5;

interface Options {
  readonly agents: number;
  readonly atOnce: number;
  /** Of the function that beats. @default - the stage's */
  readonly memoryMb?: number;
}

export interface BeatsBench extends Options {
  readonly rounds: readonly Round[];
  /** Of the hungriest process that beat, in MiB (Linux only, else 0). */
  readonly peakMb: number;
  /** Units of a beat of the round in which all are due, beside what the bill counts with. */
  readonly units: Readonly<
    Record<'writes' | 'reads', { readonly counted: number; readonly billed: number }>
  >;
  /** A month of prod with so many agents, as `viva cost` prices it. */
  readonly bill: Pick<Bill, 'monthlyUsd' | 'perAgentUsd'>;
  readonly holds: Readonly<
    Record<'oneHolderEach' | 'noneFailed' | 'withinAMinute' | 'p95', boolean>
  >;
}

export function addBeatsBench(program: Command): void {
  program
    .command('beats')
    .description(
      'Agents that are all due at once, on the heartbeat as it is deployed, in the local cloud: who held which lease when, how long a beat takes, and the bill of so many.',
    )
    .option('--agents <n>', 'how many are due', wholeNumber, 200)
    .option('--at-once <n>', 'functions that run at once, at most', wholeNumber, 8)
    .option('--json', 'prints one JSON value', false)
    .action(({ json, ...options }: Options & { readonly json: boolean }) =>
      withBill(options, (done) => {
        if (!json) console.error(done);
      })
        .then((result) => {
          print(json, result, () => text(result));
          if (Object.values(result.holds).includes(false)) process.exitCode = 1;
        })
        .catch(fail),
    );
}

async function withBill(options: Options, tell: (done: string) => void): Promise<BeatsBench> {
  const { agents } = options;
  const { peakMb, rounds } = await benchBeats(options, tell);
  const due = rounds.find(({ name }) => name === 'due');
  if (!due) throw new Error('No round was beaten in which all are due.');
  const load = { agents, beatMinutes: BEAT_MINUTES, messages: 500_000 };
  const { monthlyUsd, perAgentUsd } = billOf(await stackOf('prod'), load);
  return {
    ...options,
    rounds,
    peakMb,
    units: {
      writes: { counted: due.writes, billed: USAGE.beat.writes },
      reads: { counted: due.reads, billed: USAGE.beat.reads },
    },
    bill: {
      monthlyUsd: Number(monthlyUsd.toFixed(2)),
      perAgentUsd: Number(perAgentUsd.toFixed(4)),
    },
    holds: {
      oneHolderEach: rounds.every(({ heldTwice }) => heldTwice === 0),
      noneFailed: rounds.every(({ failed }) => failed === 0),
      withinAMinute: due.wallMs < GOALS.wallMs,
      p95: due.p95Ms < GOALS.p95Ms,
    },
  };
}

/**
 * Three rounds in which all are due at the same moment: `first` (each gets its identity), `due` (warm, and settled), `twice` (each event comes
 * twice, as Scheduler may deliver it).
 */
export async function benchBeats(
  { agents, atOnce, memoryMb }: Options,
  tell: (done: string) => void,
): Promise<Pick<BeatsBench, 'rounds' | 'peakMb'>> {
  const dir = await mkdtemp(join(tmpdir(), 'viva-bench-beats-'));
  const watch = new TableWatch();
  const reports: Report[] = [];
  const closing: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  try {
    const fleet = fleetOf(agents);
    const cloud = await startFleet(fleet, { dir, atOnce, memoryMb, watch, reports, closing });
    const beat = async (name: Round['name'], copies = 1): Promise<Round> => {
      watch.reset();
      reports.length = 0;
      const round = await beatAll(fleet, { name, copies, cloud, watch, reports });
      tell(`${name}: ${round.wallMs} ms`);
      return round;
    };
    const first = await beat('first');
    // what a first beat began, the next ones finish
    for (let n = 0; n < MOST_SETTLING && (await beat('settling')).idle < fleet.length; n += 1);
    const rounds = [first, await beat('due'), await beat('twice', 2)];
    return { rounds, peakMb: cloud.peakMb()[FLEET] ?? 0 };
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

interface Site {
  readonly dir: string;
  readonly atOnce: number;
  readonly memoryMb: number | undefined;
  readonly watch: TableWatch;
  readonly reports: Report[];
  readonly closing: (() => Promise<unknown>)[];
}

async function startFleet(
  fleet: readonly Member[],
  { dir, atOnce, memoryMb, watch, reports, closing }: Site,
): Promise<Cloud> {
  const codeDir = join(dir, 'fleet');
  await bundleFleet(fleet, codeDir);
  const AWS_ENDPOINT_URL_DYNAMODB = await watch.open();
  closing.push(() => watch.close());
  const environment = { AWS_ENDPOINT_URL_DYNAMODB };
  const assembly = await assembleFleet(dir, {
    ...{ fleet, codeDir, atOnce, memoryMb, environment },
  });
  const chain = await startChain({ dir: join(dir, 'chain') });
  closing.push(() => chain.stop());
  const cloud = await startCloud({
    assembly,
    stacks: STACKS,
    dir: join(dir, 'cloud'),
    parameters: {
      RpcUrl: chain.url,
      MarketAddress: Address.parse(devAccount(SERVICE_HD_INDEX.market).address),
    },
    onReport: (report) => reports.push(report),
  });
  closing.push(() => cloud.stop());
  watch.leadTo(cloud.endpoints.dynamodb);
  await enrol(fleet, cloud);
  return cloud;
}

/** Keys where a deployment keeps them, and the owner's word on whose wallet is whose. */
async function enrol(fleet: readonly Member[], cloud: Cloud): Promise<void> {
  const { region, credentials, endpoints, outputs } = cloud;
  const client = (endpoint: string) => ({ region, credentials, endpoint });
  const secrets = new SecretsManagerClient(client(endpoints.secrets));
  await giveKeys(secrets, STAGE);
  const economyTable = outputs[`economia-viva-${STAGE}-state`]?.['EconomyTable'] ?? '';
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client(endpoints.dynamodb)));
  const agents = new DynamoAgents(dynamo, economyTable);
  for (const { id, like, hdIndex } of fleet) {
    const key =
      id === like ? devPrivateKey(hdIndex) : (`0x${randomBytes(32).toString('hex')}` as const);
    await storeWalletSecret(secrets, walletSecretName(STAGE, id), key);
    await agents.enrol(id, Address.parse(privateKeyToAddress(key)));
  }
}

async function beatAll(
  fleet: readonly Member[],
  {
    name,
    copies,
    cloud,
    watch,
    reports,
  }: {
    readonly name: Round['name'];
    readonly copies: number;
    readonly cloud: Cloud;
    readonly watch: TableWatch;
    readonly reports: readonly Report[];
  },
): Promise<Round> {
  const beatId = new Date().toISOString();
  const events = fleet.flatMap(({ id }) =>
    Array.from({ length: copies }, () => ({ agentId: id, beatId })),
  );
  const began = performance.now();
  await Promise.allSettled(events.map((event) => cloud.invoke(FLEET, event)));
  const wallMs = Math.round(performance.now() - began);
  const beats = reports.filter(({ functionName }) => functionName === FLEET);
  return roundOf(beats, { name, wallMs, watch });
}

function text({ agents, atOnce, rounds, peakMb, units, bill, holds }: BeatsBench): string {
  const { writes, reads } = units;
  return [
    table(
      Object.keys(rounds[0] ?? {}),
      rounds.map((round) => Object.values(round).map(String)),
    ),
    `${agents} agents, ${atOnce} functions at once, at most ${peakMb} MB in one.`,
    `A beat that finds nothing to do: ${writes.counted} write units (the bill counts with ${writes.billed}), ${reads.counted} read units (${reads.billed}).`,
    `viva cost: $${bill.monthlyUsd} a month at ${BEAT_MINUTES}-minute beats, $${bill.perAgentUsd} an agent.`,
    Object.entries(holds)
      .map(([goal, isTrue]) => `${goal}: ${isTrue ? 'holds' : 'DOES NOT HOLD'}`)
      .join(', '),
  ].join('\n\n');
}
