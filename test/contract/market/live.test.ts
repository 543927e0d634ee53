import { generatePrivateKey } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { NETWORKS } from '#contract/networks.ts';
import { value } from '../../support/market-floor.ts';
import { openRoom, signerOf } from '../../support/market-room.ts';
import { PaperEscrow } from '../../support/paper-escrow.ts';

const live = process.env['EM_URL'];
if (live === undefined)
  process.stderr.write(
    'SKIPPED: no live Execution Market; EM_URL=https://api.execution.market reads one\n',
  );

/** Reads only: nothing is published, applied for, or signed for a write. */
async function readsOf(url: string): Promise<void> {
  const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.base);
  const options = { url, signer: signerOf(wallet), now: () => new Date() };
  const operator = new EmOperator(options);
  expect(value(await operator.health()).status).toMatch(/healthy|degraded/);
  expect(value(await operator.config()).min_bounty_usd).toBeGreaterThan(0);
  expect(Object.keys(value(await operator.paymentConfig()).networks).length).toBeGreaterThan(0);
  const page = value(await operator.available({ limit: 5, offset: 0 }));
  expect(page.length).toBeLessThanOrEqual(5);
  // a signed read: a wallet that nobody knows has no tasks
  expect(value(await operator.own({ limit: 5, offset: 0 })).tasks).toEqual([]);
  const market = new EmMarket({ ...options, network: 'base' });
  const [first] = page;
  if (first) expect(value(await market.task(first.id)).id).toBe(first.id);
  expect(value(await operator.identity(wallet.address, 'base')).status).not.toBe('registered');
}

describe('reads of a market', () => {
  it('hold for our own', async () => {
    const paper = new PaperEscrow();
    const room = await openRoom({ chain: paper, facilitator: paper });
    await readsOf(room.url);
    await room.close();
  });

  it.skipIf(live === undefined)('hold for a live Execution Market', async () => {
    await readsOf(live ?? '');
  });
});
