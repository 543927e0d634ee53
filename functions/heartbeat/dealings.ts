import { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import type { EmMarket } from '#adapters/em/em-market.ts';
import type { Signer } from '#adapters/erc8128/sign.ts';
import { EvmChain } from '#adapters/evm/evm-chain.ts';
import { EvmPayments } from '#adapters/evm/evm-payments.ts';
import type { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { HttpFacilitator } from '#adapters/facilitator/http-facilitator.ts';
import { EvmIdentities } from '#adapters/identity/evm-identities.ts';
import { SqsLines } from '#adapters/sqs/sqs-lines.ts';
import { SqsWakeUps } from '#adapters/sqs/sqs-wake-ups.ts';
import type { HeartbeatEnv } from '#contract/env.ts';
import type { AgentId } from '#contract/ids.ts';
import type { Network } from '#contract/networks.ts';
import type { Hands } from '#core/heartbeat/effects/effect.ts';
import type { Payer } from '#core/ports/payer.ts';
import type { Payments } from '#core/ports/payments.ts';

export interface DealingsParts {
  readonly agentId: AgentId;
  readonly env: z.infer<typeof HeartbeatEnv>;
  readonly network: Network;
  readonly signer: Signer;
  readonly wallet: EvmWallet;
  readonly market: EmMarket;
}

/** What only a beat with something to do needs: all of the chain, who moves money on it, and the queues. */
export interface Dealings
  extends Pick<Hands, 'chain' | 'facilitator' | 'payer' | 'identities' | 'lines' | 'wakeUps'> {
  readonly payments: Payments;
}

export function openDealings({
  agentId,
  env,
  network,
  signer,
  wallet,
  market,
}: DealingsParts): Dealings {
  const chain = new EvmChain(network, env.RPC_URL);
  const sqs = new SQSClient();
  return {
    chain,
    payments: new EvmPayments(chain),
    facilitator: new HttpFacilitator({ url: env.FACILITATOR_URL, network }),
    payer: payerOf(chain, wallet),
    identities: new EvmIdentities({
      chain,
      signer,
      facilitatorUrl: env.FACILITATOR_URL,
      storefrontUrl: env.STOREFRONT_URL,
      lookUp: (address) => market.identityOf(address),
      imported:
        agentId === env.AGENT_ID && env.AGENT_IDENTITY !== '' ? env.AGENT_IDENTITY : undefined,
      now: () => new Date(),
    }),
    lines: new SqsLines(sqs, env.IRC_OUT_QUEUE_URL),
    wakeUps: new SqsWakeUps(sqs, env.WAKE_QUEUE_URL),
  };
}

/** Loaded when it is needed: once in many thousand beats. */
function payerOf(chain: EvmChain, wallet: EvmWallet): Payer {
  return {
    reclaim: async (info) => {
      const { EvmPayer } = await import('#adapters/evm/evm-payer.ts');
      return new EvmPayer(chain, wallet).reclaim(info);
    },
  };
}
