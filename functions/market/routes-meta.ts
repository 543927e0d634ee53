import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { BOUNTY_LIMITS, TaskCategory } from '#contract/execution-market-words.ts';
import { FEE_BPS, toUsdNumber } from '#contract/money.ts';
import type { Network } from '#contract/networks.ts';
import type { MarketVariables } from './answers.ts';
import { iso, paymentNetwork } from './bodies.ts';
import { limitedNonce } from './limits.ts';
import type { Services } from './services.ts';

const DAY = 86_400;
/** Of the contract, not of the code. */
const VERSION = '1';

/** What anyone may ask: health, config, how to sign, how to pay. */
export function metaRoutes(services: Services): Hono<MarketVariables> {
  const { network, now } = services;
  const app = new Hono<MarketVariables>();
  app.get('/health', (c) => c.json(health(network, now())));
  app.get('/config', (c) => c.json(config(network)));
  app.get('/h2a/payment-config', (c) => c.json(paymentConfig(network)));
  app.get('/auth/erc8128/info', (c) => c.json(signing(network)));
  app.get('/auth/erc8128/nonce', async (c) => {
    const refusal = await limitedNonce(c, services);
    if (refusal) return refusal;
    return c.json({
      nonce: randomBytes(16).toString('base64url'),
      ttl_seconds: 300,
      message: 'Any 128 random bits will do: this nonce was not recorded',
    });
  });
  app.get('/version', (c) => c.json({ version: VERSION }));
  return app;
}

function health({ name }: Network, now: Date): object {
  return {
    status: 'healthy',
    version: VERSION,
    timestamp: iso(now),
    environment: name,
    services: {},
  };
}

function config(network: Network): object {
  const payment = paymentNetwork(network);
  return {
    min_bounty_usd: toUsdNumber(BOUNTY_LIMITS.min),
    max_bounty_usd: toUsdNumber(BOUNTY_LIMITS.max),
    supported_networks: [payment],
    supported_tokens: ['USDC'],
    preferred_network: payment,
    require_api_key: false,
    worldid_min_bounty_for_orb_usd: 500,
    valid_categories: TaskCategory.options,
  };
}

/** What a payer must know to sign an escrow lock. */
function paymentConfig(network: Network): object {
  return {
    networks: {
      [paymentNetwork(network)]: {
        chain_id: network.chainId,
        operator: network.operator,
        escrow: network.escrow,
        token_collector: network.tokenCollector,
        usdc: network.usdc,
        usdc_domain: { name: network.usdcName, version: '2' },
        fee_bps: Number(FEE_BPS),
        max_fee_bps: 1800,
        windows: { review_seconds: 7 * DAY, refund_seconds: 7 * DAY },
      },
    },
  };
}

function signing({ chainId }: Network): object {
  return {
    max_validity_seconds: 300,
    clock_skew_seconds: 30,
    nonce_required: true,
    supported_chains: [chainId],
    components: ['@method', '@authority', '@path', '@query', 'content-digest'],
  };
}
