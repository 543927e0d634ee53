import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmMarket } from '#adapters/em/em-market.ts';
import { EmOperator } from '#adapters/em/em-operator.ts';
import { EvmWallet } from '#adapters/evm/evm-wallet.ts';
import { TaskId } from '#contract/ids.ts';
import { NETWORKS } from '#contract/networks.ts';
import { areModelsThere, flawIn } from '../../support/em-models.ts';
import { Floor, value } from '../../support/market-floor.ts';
import { signerOf } from '../../support/market-room.ts';

const live = process.env['EM_URL'];
if (live === undefined)
  process.stderr.write(
    'SKIPPED: no live Execution Market; EM_URL=https://api.execution.market reads one\n',
  );

async function ours() {
  const floor = await Floor.open();
  for (let i = 0; i < 3; i++) await floor.publish();
  return { url: floor.room.url, close: () => floor.room.close() };
}
const theirs = () => Promise.resolve({ url: live ?? '', close: () => Promise.resolve() });
const nowhere = TaskId.parse('11111111-2222-4333-8444-555555555555');

/** The same reads of our own market and of whichever EM_URL names: nothing is published, applied for, or signed for a write. */
describe.each([
  ['our own market', ours],
  ...(live === undefined ? [] : [[live, theirs] as const]),
] as const)('reads of %s', (_name, open) => {
  let url: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ url, close } = await open());
  });
  afterAll(() => close());

  const reader = () => {
    const wallet = new EvmWallet(generatePrivateKey(), NETWORKS.base);
    const options = { url, signer: signerOf(wallet), now: () => new Date() };
    const market = new EmMarket({ ...options, network: 'base' });
    return { address: wallet.address, market, operator: new EmOperator(options) };
  };
  const body = async (path: string): Promise<unknown> =>
    (await fetch(`${url}/api/v1${path}`, { redirect: 'error' })).json();

  it('are understood by our client', async () => {
    const { operator, market, address } = reader();
    expect(value(await operator.health()).status).toMatch(/healthy|degraded/);
    expect(value(await operator.config()).min_bounty_usd).toBeGreaterThan(0);
    expect(Object.keys(value(await operator.paymentConfig()).networks).length).toBeGreaterThan(0);
    const page = value(await operator.available({ limit: 2, offset: 0 }));
    const next = value(await operator.available({ limit: 2, offset: page.length }));
    const ids = [...page, ...next].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of page.slice(0, 1)) expect(value(await market.task(id)).id).toBe(id);
    const named = value(await operator.identity(address, 'base'));
    expect(named.agent_id ?? undefined).toBeUndefined();
  });

  it('are signed: a wallet that nobody knows has no tasks', async () => {
    expect(value(await reader().operator.own({ limit: 5, offset: 0 })).tasks).toEqual([]);
  });

  it('refuse by the kinds that we know', async () => {
    const { market, operator } = reader();
    expect(await market.task(nowhere)).toMatchObject({ error: { kind: 'missing', status: 404 } });
    expect(await operator.available({ limit: 101, offset: 0 })).toMatchObject({
      error: { kind: 'invalid', status: 422, fields: [{ field: 'query.limit' }] },
    });
  });

  it.skipIf(!areModelsThere)("have the bodies of Execution Market's models", async () => {
    expect(flawIn('PublicConfigResponse', await body('/config'))).toBeUndefined();
    expect(flawIn('AvailableTasksResponse', await body('/tasks/available'))).toBeUndefined();
  });
});
