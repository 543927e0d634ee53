import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { CorpusViews } from '#adapters/corpus/corpus-views.ts';
import { DynamoAgents } from '#adapters/dynamodb/agents.ts';
import { DynamoCorpusPointers } from '#adapters/dynamodb/corpus-pointers.ts';
import { SwarmBucket } from '#adapters/dynamodb/swarm-bucket.ts';
import { EmMarket } from '#adapters/em/em-market.ts';
import { McpWorker } from '#adapters/em/worker-mcp.ts';
import type { Signer } from '#adapters/erc8128/sign.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { readWalletSecret } from '#adapters/secrets/wallet-secret.ts';
import { HeartbeatEnv } from '#contract/env.ts';
import { type AgentId, Hex } from '#contract/ids.ts';
import { walletSecretName } from '#contract/keys.ts';
import { NETWORKS, type Network } from '#contract/networks.ts';
import type { Hands } from '#core/heartbeat/effects/effect.ts';
import { createLog, type Log } from '#runtime/log.ts';
import { createMeasure, type Measure } from '#runtime/metrics.ts';
import { lazyDealings } from './lazy-dealings.ts';
import { lazyWorkshop } from './lazy-workshop.ts';

export interface Services {
  readonly hands: Hands;
  /** 32 fresh random bytes. */
  readonly salt: () => Hex;
  /** How often the market gave trouble since it was last asked. */
  readonly takeTroubles: () => number;
}

/** What one process needs whoever it beats for, and the way to an agent's own. */
export interface House {
  readonly log: Log;
  readonly measure: Measure;
  /** The agent's hands, with its key; opened once, and again when that failed. */
  readonly services: (agentId: AgentId) => Promise<Services>;
  /** Whose beats this function is for: INIT opens its key. */
  readonly resident: AgentId;
}

type Env = z.infer<typeof HeartbeatEnv>;

/** Clients from the environment (HeartbeatEnv); throws naming the variable that is wrong. */
export function wire(): House {
  const env = HeartbeatEnv.parse(process.env);
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const shared = { env, dynamo, secrets: new SecretsManagerClient() };
  const opened = new Map<AgentId, Promise<Services>>();
  return {
    log: createLog('heartbeat'),
    measure: createMeasure('heartbeat', env.STAGE),
    resident: env.AGENT_ID,
    services: (agentId) => {
      const known = opened.get(agentId);
      if (known) return known;
      const services = servicesOf(agentId, shared);
      opened.set(agentId, services);
      // what failed once must not stay with this container for life
      services.catch(() => opened.delete(agentId));
      return services;
    },
  };
}

interface Shared {
  readonly env: Env;
  readonly dynamo: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
}

/** The function's role decides whose key can be read: of the roster, each function its own agent's. */
async function servicesOf(agentId: AgentId, { env, dynamo, secrets }: Shared): Promise<Services> {
  const network = NETWORKS[env.NETWORK];
  const wallet = new EvmWallet(
    await readWalletSecret(secrets, walletSecretName(env.STAGE, agentId)),
    network,
  );
  // the first signature compiles what signs: better now, while the CPU of a starting function is whole
  await wallet.signMessage(new Uint8Array());
  const pointers = new DynamoCorpusPointers(dynamo, env.ECONOMY_TABLE);
  const now = () => new Date();
  const signer = signerOf(wallet, network);
  let troubles = 0;
  const market = marketOf(env, { signer, dynamo, network, onTrouble: () => (troubles += 1) });
  const agents = new DynamoAgents(dynamo, env.ECONOMY_TABLE);
  return {
    hands: {
      agents,
      market,
      ...lazyDealings(
        async () => {
          const { openDealings } = await import('./dealings.ts');
          return openDealings({ agentId, env, network, signer, wallet, market });
        },
        { network, rpcUrl: env.RPC_URL },
      ),
      ...lazyWorkshop(async () => {
        const { openWorkshop } = await import('./workshop.ts');
        const roster = () => agents.roster();
        return openWorkshop({ env, network, pointers, signer, wallet, now, roster });
      }),
      corpus: new CorpusViews(pointers),
      wallet,
      network,
      self: wallet.address,
      everyMs: env.BEAT_SECONDS * 1000,
      storefrontUrl: env.STOREFRONT_URL,
      limits: env.TALK_LIMITS,
      now,
    },
    salt: () => Hex.parse(`0x${randomBytes(32).toString('hex')}`),
    takeTroubles: () => {
      const taken = troubles;
      troubles = 0;
      return taken;
    },
  };
}

function signerOf(wallet: EvmWallet, { chainId }: Network) {
  return { chainId, address: wallet.address, signMessage: wallet.signMessage.bind(wallet) };
}

function marketOf(
  env: Env,
  {
    signer,
    dynamo,
    network,
    onTrouble,
  }: {
    readonly signer: Signer;
    readonly dynamo: DynamoDBDocumentClient;
    readonly network: Network;
    readonly onTrouble: () => void;
  },
): EmMarket {
  const now = () => new Date();
  const bucket = {
    table: env.ECONOMY_TABLE,
    now,
    sleep: (ms: number) => sleep(ms),
    random: Math.random,
  };
  const pacer = env.MARKET_LIMITS === 'em' ? new SwarmBucket(dynamo, bucket) : undefined;
  const options = { url: env.MARKET_URL, signer, now, pacer, onTrouble };
  const worker =
    env.MARKET_WORKER === 'mcp'
      ? new McpWorker({ ...options, mcpUrl: env.MARKET_MCP_URL })
      : undefined;
  return new EmMarket({
    ...options,
    network: network.isMainnet ? 'base' : 'base-sepolia',
    ...(worker && { worker }),
  });
}
